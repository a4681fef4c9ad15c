import { formatCount } from "./format.ts";
import type { Print } from "./print.ts";

const WIDTH = 40;

/** Prints one bar a line, its number behind it: the quick look before a plot. */
export function printBars(bars: readonly { readonly name: string; readonly value: number }[], print: Print): void {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const names = Math.max(0, ...bars.map(({ name }) => name.length));
  for (const { name, value } of bars) print.line(`  ${name.padStart(names)}  ${print.paint.green("█".repeat(Math.round((WIDTH * value) / most)) || (value > 0 ? "▏" : ""))} ${formatCount(value)}`);
}
