/** `1 row`, `2 rows`, `1,200 rows`. */
export function countOf(count: number, noun: string): string {
  return `${Math.round(count).toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
