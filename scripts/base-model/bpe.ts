// Byte pair encoding learnt from text: bytes first, then the most frequent neighbours become one token, again and again.
// Source: Sennrich, Haddow, Birch 2016, arXiv 1508.07909; bytes as letters and the word pattern are those of GPT-2.

/** Splits text into words before any merge; no merge crosses a word. */
export const WORD_PATTERN = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The printable character that stands for each of the 256 bytes. */
export function byteAlphabet(): string[] {
  let spare = 256;
  const isPrintable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : spare++));
}

export interface BytePairs {
  /** Tokens in the order of their ids: the 256 bytes, then one for each merge. */
  readonly tokens: readonly string[];
  /** The two tokens that become one, most important first. */
  readonly merges: readonly (readonly [string, string])[];
}

interface Word {
  symbols: number[];
  readonly count: number;
}

const LIMIT = 2 ** 20;

/**
 * Learns `mergeCount` merges from the texts. Equal counts are decided by the lower ids, so the result is always the same.
 * @throws RangeError when the texts do not hold enough different pairs.
 */
export function learnBytePairs(texts: Iterable<string>, mergeCount: number): BytePairs {
  const tokens = byteAlphabet();
  const merges: [string, string][] = [];
  const words = countWords(texts);
  const pairs = new Map<number, number>();
  for (const word of words) addPairs(pairs, word, 1);
  while (merges.length < mergeCount) {
    const best = mostFrequent(pairs);
    if (best === undefined) throw new RangeError(`Cannot learn byte pairs: the texts must hold ${mergeCount} pairs, they hold ${merges.length}`);
    const [left, right] = [Math.floor(best / LIMIT), best % LIMIT];
    for (const word of words) {
      if (!holdsPair(word.symbols, left, right)) continue;
      addPairs(pairs, word, -1);
      word.symbols = mergePair(word.symbols, left, right, tokens.length);
      addPairs(pairs, word, 1);
    }
    merges.push([tokens[left] as string, tokens[right] as string]);
    tokens.push(`${tokens[left]}${tokens[right]}`);
  }
  return { tokens, merges };
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const [word] of text.matchAll(WORD_PATTERN)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ symbols: [...Buffer.from(word, "utf8")], count }));
}

function addPairs(pairs: Map<number, number>, { symbols, count }: Word, sign: 1 | -1): void {
  for (let index = 1; index < symbols.length; index += 1) {
    const pair = (symbols[index - 1] as number) * LIMIT + (symbols[index] as number);
    const total = (pairs.get(pair) ?? 0) + sign * count;
    if (total === 0) pairs.delete(pair);
    else pairs.set(pair, total);
  }
}

function mostFrequent(pairs: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (const [pair, count] of pairs) {
    if (count < most || (count === most && best !== undefined && pair > best)) continue;
    best = pair;
    most = count;
  }
  return best;
}

function holdsPair(symbols: readonly number[], left: number, right: number): boolean {
  for (let index = 1; index < symbols.length; index += 1) if (symbols[index - 1] === left && symbols[index] === right) return true;
  return false;
}

function mergePair(symbols: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let index = 0; index < symbols.length; index += 1) {
    const here = symbols[index] === left && symbols[index + 1] === right;
    result.push(here ? merged : (symbols[index] as number));
    if (here) index += 1;
  }
  return result;
}
