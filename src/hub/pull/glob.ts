/** Matches a path against patterns as huggingface_hub's `--include` does: `*` and `?` also match `/`, `[ab]` is one of these; `folder/` is all below it. */
export function matchesGlob(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => toExpression(pattern.endsWith("/") ? `${pattern}*` : pattern).test(path));
}

function toExpression(pattern: string): RegExp {
  const source = pattern.replaceAll(/\[(!?)([^\]]+)\]|[\s\S]/g, (piece, negated: string | undefined, members: string | undefined) => {
    if (members !== undefined) return `[${negated === "!" ? "^" : ""}${members.replaceAll(/[\\^[]/g, String.raw`\$&`)}]`;
    if (piece === "*") return "[^]*";
    return piece === "?" ? "[^]" : piece.replaceAll(/[\\^$.|+()[\]{}/-]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source}$`);
}
