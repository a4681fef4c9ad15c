import { formatCount } from "./format.ts";
import type { Print } from "./print.ts";

const WIDTH = 40;

interface NamedNumber {
  readonly name: string;
  readonly value: number;
}

/** Prints one bar a line, its number behind it: the quick look before a plot. */
export function printBars(bars: readonly NamedNumber[], print: Print): void {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const names = Math.max(0, ...bars.map(({ name }) => name.length));
  for (const { name, value } of bars) print.line(`  ${name.padStart(names)}  ${drawBar(value / most, print, WIDTH)} ${formatCount(value)}`);
}

/** A bar of a share of the whole width; the smallest share is still seen. */
export function drawBar(share: number, { paint }: Print, width = 20): string {
  return paint.green("█".repeat(Math.round(width * share)) || (share > 0 ? "▏" : ""));
}
