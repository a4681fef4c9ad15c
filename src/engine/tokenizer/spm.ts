// SentencePiece BPE joins the two neighbours whose union has the best score; Hugging Face BPE joins the pair that comes first in a list.
// The same order in both directions: a list sorted by score, and scores that fall with the rank in the list.

/** Merges, best first, of the tokens that take part (`id` → text) with their scores. */
export function mergesFromScores(tokens: readonly (string | undefined)[], scores: readonly number[]): readonly (readonly [string, string])[] {
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) if (token !== undefined) ids.set(token, id);
  const merges: { readonly pair: readonly [string, string]; readonly score: number; readonly parts: readonly [number, number] }[] = [];
  for (const [token, id] of ids) {
    for (let cut = nextCharacter(token, 0); cut < token.length; cut = nextCharacter(token, cut)) {
      const pair = [token.slice(0, cut), token.slice(cut)] as const;
      const left = ids.get(pair[0]);
      const right = ids.get(pair[1]);
      if (left !== undefined && right !== undefined) merges.push({ pair, score: scores[id] ?? 0, parts: [left, right] });
    }
  }
  return merges.sort((a, b) => b.score - a.score || a.parts[0] - b.parts[0] || a.parts[1] - b.parts[1]).map(({ pair }) => pair);
}

/** Scores by id that rank tokens as the first merge that makes them; tokens no merge makes come last. */
export function scoresFromMerges(vocab: Readonly<Record<string, number>>, merges: readonly (readonly [string, string])[], size: number): Float32Array {
  const ranks = new Map<string, number>();
  for (const [left, right] of merges) if (!ranks.has(left + right)) ranks.set(left + right, ranks.size);
  const scores = new Float32Array(size).fill(-(ranks.size + 1));
  for (const [token, id] of Object.entries(vocab)) scores[id] = -(ranks.get(token) ?? ranks.size + 1);
  return scores;
}

function nextCharacter(text: string, at: number): number {
  const code = text.codePointAt(at) ?? 0;
  return at + (code > 0xffff ? 2 : 1);
}
