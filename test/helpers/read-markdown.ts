// What the documentation's tests look for in a page: command lines, code in a sentence, links, and the drawn tree.

/** Words of every line that begins with `tunesmith` or `npx tunesmith` in a code block, as a shell would split them; lines joined at `\`. */
export function commandLines(page: string): readonly (readonly string[])[] {
  return codeBlocks(page)
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, "").split("\n"))
    .flatMap((line) => /^\s*(?:npx )?tunesmith (.+)$/.exec(line)?.[1] ?? [])
    .map((words) => shellWords(words.split(/\s(?:[|>]\s|#)/)[0]!));
}

/** Code set inside sentences and tables. */
export function codeSpans(page: string): readonly string[] {
  return [...page.replaceAll(/^```[^\n]*\n[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
}

/** Targets of links inside the repository, without the part after `#`. */
export function relativeLinks(page: string): readonly string[] {
  return [...page.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!).filter((link) => !/^[a-z]+:/.test(link));
}

/** Paths of the folders drawn with `├──` and `└──`, below the name on the first line. */
export function folderTree(page: string): readonly string[] {
  const block = codeBlocks(page).find((text) => text.includes("├── ")) ?? "";
  const above: string[] = [];
  return block.split("\n").flatMap((line) => {
    const drawn = /^((?:│ {3}| {4})*)[├└]── (\S+)\//.exec(line);
    if (drawn === null) return [];
    const depth = drawn[1]!.length / 4;
    above.splice(depth, above.length, drawn[2]!);
    return [above.join("/")];
  });
}

function codeBlocks(page: string): readonly string[] {
  return [...page.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
}

function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!);
}
