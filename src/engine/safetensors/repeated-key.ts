// JSON.parse keeps the last of two equal keys and says nothing; the format forbids them.

/** The first name that stands twice in the outermost object of valid JSON, or undefined. */
export function findRepeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    else if (char === '"') {
      const start = at;
      at = endOfText(json, start);
      if (depth !== 1 || !/^\s*:/.test(json.slice(at + 1, at + 32))) continue;
      const key = JSON.parse(json.slice(start, at + 1)) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

/** Where the quote stands that closes the one at `start`. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}
