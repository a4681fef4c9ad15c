// Patterns of .gitignore and .gitattributes (git, Documentation/gitignore "PATTERN FORMAT", gitattributes).

/** A file with more lines, or longer ones, was not written by hand; the rest is not read. */
const MOST_LINES = 2000;
const LONGEST_LINE = 1000;

/** Whether a commit is to leave a file out, by the text of a .gitignore at the root. */
export function readIgnore(text: string): (path: string) => boolean {
  const rules = linesOf(text).flatMap((line) => {
    const negated = line.startsWith("!");
    const pattern = (negated ? line.slice(1) : line).replace(/^\\([#!])/, "$1").replace(/(?<!\\) +$/, "");
    const onlyFolders = pattern.endsWith("/");
    const matches = compile(onlyFolders ? pattern.slice(0, -1) : pattern);
    return matches === undefined ? [] : [{ negated, onlyFolders, matches }];
  });
  return (path) => {
    const parts = path.split("/");
    // What lies below a folder that is left out is left out, whatever is said of it.
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const place = parts.slice(0, depth).join("/");
      const rule = rules.findLast(({ onlyFolders, matches }) => (depth < parts.length || !onlyFolders) && matches(place));
      if (rule !== undefined && !rule.negated) return true;
    }
    return false;
  };
}

/** Whether a file goes to the store of large files, by the text of a .gitattributes at the root. */
export function readLargeFileRule(text: string): (path: string) => boolean {
  const rules = linesOf(text).flatMap((line) => {
    const [pattern = "", ...attributes] = line.trim().split(/\s+/);
    const filter = attributes.findLast((attribute) => /^[-!]?filter(=|$)/.test(attribute));
    const matches = filter === undefined ? undefined : compile(pattern);
    return matches === undefined ? [] : [{ isLarge: filter === "filter=lfs", matches }];
  });
  return (path) => rules.findLast(({ matches }) => matches(path))?.isLarge ?? false;
}

/** The line that puts one file into the store of large files. */
export function largeFileLine(path: string): string {
  return `${path.replaceAll(/[\\*?[\]]/g, (sign) => `\\${sign}`).replaceAll(/\s/g, "?").replace(/^[#!"]/, (sign) => `[${sign}]`)} filter=lfs diff=lfs merge=lfs -text`;
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/, MOST_LINES).filter((line) => line.trim() !== "" && !line.startsWith("#") && line.length <= LONGEST_LINE);
}

/** A pattern with a slash before its end is of the whole path, one without of the last part of it. */
function compile(pattern: string): ((path: string) => boolean) | undefined {
  if (pattern === "") return undefined;
  const isWhole = pattern.includes("/");
  const parts = (pattern.startsWith("/") ? pattern.slice(1) : pattern).split("/").map((part) => (part === "**" ? undefined : parsePart(part)));
  if (!isWhole) return (path) => matchParts(parts, [path.slice(path.lastIndexOf("/") + 1)]);
  return (path) => matchParts(parts, path.split("/"));
}

/** `undefined` stands for any number of folders. */
function matchParts(pattern: readonly (readonly Sign[] | undefined)[], path: readonly string[]): boolean {
  // The last `**` tried is the only one worth going back to, so that the work is bounded by the product of the lengths.
  let [at, place, star, mark] = [0, 0, -1, 0];
  while (place < path.length) {
    const part = pattern[at];
    if (at < pattern.length && part === undefined) {
      if (at === pattern.length - 1) return true;
      [star, mark] = [at, place];
      at += 1;
    } else if (part !== undefined && matchSigns(part, path[place]!)) {
      at += 1;
      place += 1;
    } else if (star !== -1) {
      mark += 1;
      [at, place] = [star + 1, mark];
    } else return false;
  }
  return at === pattern.length;
}

type Sign = { readonly kind: "star" } | { readonly kind: "one"; readonly accepts: (character: string) => boolean };

function parsePart(part: string): readonly Sign[] {
  const signs: Sign[] = [];
  const characters = [...part];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at]!;
    const close = character === "[" ? characters.indexOf("]", at + 2) : -1;
    if (character === "*") {
      if (signs.at(-1)?.kind !== "star") signs.push({ kind: "star" });
    } else if (character === "?") signs.push({ kind: "one", accepts: () => true });
    else if (close !== -1) {
      signs.push({ kind: "one", accepts: parseClass(characters.slice(at + 1, close)) });
      at = close;
    } else {
      const literal = character === "\\" && at + 1 < characters.length ? characters[++at]! : character;
      signs.push({ kind: "one", accepts: (other) => other === literal });
    }
  }
  return signs;
}

function parseClass(signs: readonly string[]): (character: string) => boolean {
  const negated = signs[0] === "!" || signs[0] === "^";
  const members = negated ? signs.slice(1) : signs;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const isRange = members[at + 1] === "-" && members[at + 2] !== undefined;
    ranges.push([members[at]!, isRange ? members[at + 2]! : members[at]!]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([low, high]) => character >= low && character <= high) !== negated;
}

function matchSigns(signs: readonly Sign[], text: string): boolean {
  const characters = [...text];
  let [at, place, star, mark] = [0, 0, -1, 0];
  while (place < characters.length) {
    const sign = signs[at];
    if (sign?.kind === "star") {
      [star, mark] = [at, place];
      at += 1;
    } else if (sign?.kind === "one" && sign.accepts(characters[place]!)) {
      at += 1;
      place += 1;
    } else if (star !== -1) {
      mark += 1;
      [at, place] = [star + 1, mark];
    } else return false;
  }
  while (signs[at]?.kind === "star") at += 1;
  return at === signs.length;
}
