/** `1 row`, `2 rows`, `1,200 rows`. */
export function countOf(count: number, noun: string): string {
  return `${Math.round(count).toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** Chooses words that agree with a count: `[row|rows] that [repeats|repeat] another` speaks of one, or of several. */
export function agreeWith(count: number, sentence: string): string {
  return sentence.replaceAll(/\[([^|\]]*)\|([^\]]*)\]/g, (_, one: string, several: string) => (count === 1 ? one : several));
}
