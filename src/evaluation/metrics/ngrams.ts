// Counting shared n-grams without building them: an n-gram is the number of its first n−1 tokens and its last token, looked up together, so
// that a text of n tokens costs n look-ups an order, whatever the order.

/** The n-grams of one order in several texts. */
export interface NumberedNgrams {
  /** By text, the number of each n-gram in order; equal n-grams have equal numbers in all texts. */
  readonly texts: readonly Uint32Array[];
  /** How many different n-grams there are; numbers run from 0. */
  readonly distinct: number;
}

/** The n-grams of order 1, 2, … `maxOrder` of the texts, each given as its tokens. */
export function numberNgrams(texts: readonly (readonly string[])[], maxOrder: number): readonly NumberedNgrams[] {
  const tokens = numberTokens(texts);
  const orders: NumberedNgrams[] = [];
  for (let order = 1; order <= maxOrder; order++) orders.push(order === 1 ? tokens : lengthen(orders[order - 2]!, tokens, order));
  return orders;
}

/** How many n-grams of the first text the others have too, each as often as the one of them that has it most often. */
export function countShared({ texts, distinct }: NumberedNgrams): number {
  const [given, ...others] = texts as [Uint32Array, ...Uint32Array[]];
  const most = new Uint32Array(distinct);
  for (const other of others) {
    const counts = new Uint32Array(distinct);
    for (const ngram of other) counts[ngram]! += 1;
    for (const ngram of other) most[ngram] = Math.max(most[ngram]!, counts[ngram]!);
  }
  let shared = 0;
  for (const ngram of given) {
    if (most[ngram] === 0) continue;
    most[ngram]! -= 1;
    shared += 1;
  }
  return shared;
}

function numberTokens(texts: readonly (readonly string[])[]): NumberedNgrams {
  const numbers = new Map<string, number>();
  return { texts: texts.map((text) => Uint32Array.from(text, (token) => numberOf(numbers, token))), distinct: numbers.size };
}

/** Every n-gram of `shorter` with the token after it. */
function lengthen(shorter: NumberedNgrams, tokens: NumberedNgrams, order: number): NumberedNgrams {
  const numbers = new Map<number, number>();
  const texts = shorter.texts.map((beginnings, text) =>
    beginnings.subarray(0, -1).map((beginning, start) => numberOf(numbers, beginning * tokens.distinct + tokens.texts[text]![start + order - 1]!)),
  );
  return { texts, distinct: numbers.size };
}

function numberOf<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}
