// Decimal numbers between two bounds, as grammar.

/** Digits that every reader of JSON keeps exactly. */
const MOST_DIGITS = 15;
const FRACTION = `("." [0-9]{1,${MOST_DIGITS}})?`;
const ZEROS = `("." "0"{1,${MOST_DIGITS}})?`;

/** Whole numbers from `least` to `most`, both included, at most 16 digits long where a bound is infinite. Bounds are whole, of at most 15 digits. */
export function integersBetween(least: number, most: number): string {
  const parts: string[] = [];
  if (least < 0) parts.push(`"-" (${digitsBetween(Math.max(1, -most), -least)})`);
  if (most >= 0) parts.push(digitsBetween(Math.max(0, least), most));
  return `(${parts.join(" | ")})`;
}

/** Decimal numbers from `least` to `most`, both included, without an exponent. Bounds are whole or infinite. */
export function decimalsBetween(least: number, most: number): string {
  const parts: string[] = [];
  if (least < 0) parts.push(`"-" (${magnitudes(Math.max(0, -most), -least)})`);
  if (most >= 0) parts.push(magnitudes(Math.max(0, least), most));
  return `(${parts.join(" | ")})`;
}

/** Any number of JSON, its exponent of at most two digits. */
export const ANY_NUMBER = `"-"? ("0" | [1-9] [0-9]{0,${MOST_DIGITS}}) ${FRACTION} ([eE] [-+]? [0-9]{1,2})?`;

function magnitudes(least: number, most: number): string {
  if (most === Infinity) return `(${digitsBetween(least, most)}) ${FRACTION}`;
  const highest = `"${most}" ${ZEROS}`;
  return least === most ? highest : `(${digitsBetween(least, most - 1)}) ${FRACTION} | ${highest}`;
}

/** Whole numbers from 0 on, number of digits by number of digits. */
function digitsBetween(least: number, most: number): string {
  const parts: string[] = [];
  const longest = most === Infinity ? String(least).length : String(most).length;
  for (let length = String(least).length; length <= longest; length += 1) {
    const low = Math.max(least, length === 1 ? 0 : 10 ** (length - 1));
    const high = Math.min(most, 10 ** length - 1);
    parts.push(sameLength(String(low), String(high)));
  }
  if (most === Infinity && longest <= MOST_DIGITS) parts.push(`[1-9] [0-9]{${longest},${MOST_DIGITS}}`);
  return parts.join(" | ");
}

/** Digit strings of one length from `low` to `high`. */
function sameLength(low: string, high: string): string {
  if (low === "") return '""';
  const [first, last] = [Number(low[0]), Number(high[0])];
  const rest = low.length - 1;
  const anyRest = rest === 0 ? "" : ` [0-9]{${rest}}`;
  if (first === last) return rest === 0 ? `"${first}"` : `"${first}" (${sameLength(low.slice(1), high.slice(1))})`;
  const lowWhole = /^0*$/.test(low.slice(1));
  const highWhole = /^9*$/.test(high.slice(1));
  const [from, to] = [lowWhole ? first : first + 1, highWhole ? last : last - 1];
  return [
    ...(lowWhole ? [] : [`"${first}" (${sameLength(low.slice(1), "9".repeat(rest))})`]),
    ...(from > to ? [] : [`${from === to ? `"${from}"` : `[${from}-${to}]`}${anyRest}`]),
    ...(highWhole ? [] : [`"${last}" (${sameLength("0".repeat(rest), high.slice(1))})`]),
  ].join(" | ");
}

/** Whether a bound can be held: infinite, or whole and of at most 15 digits. */
export function isWholeBound(value: number): boolean {
  return !Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 10 ** MOST_DIGITS);
}
