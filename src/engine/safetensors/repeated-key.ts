// JSON.parse keeps the last of two equal keys and says nothing; the format forbids them.

const STRING = /"(?:[^"\\]|\\.)*"/y;

/** The first name that stands twice in the outermost object of valid JSON, or undefined. */
export function findRepeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    else if (char === '"') {
      STRING.lastIndex = at;
      const literal = STRING.exec(json)?.[0] ?? '""';
      at += literal.length - 1;
      if (depth !== 1 || !/^\s*:/.test(json.slice(at + 1, at + 32))) continue;
      const key = JSON.parse(literal) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}
