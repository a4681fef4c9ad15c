/** Numbers keys of 64 bits in the order in which they first come. */
export interface KeyIndex {
  readonly count: number;
  /** The number of a key, which is `count` before the call when the key is new. */
  add(high: number, low: number): number;
}

/** An open-addressing table on typed arrays (linear probing, at most half full): 24 bytes a key. */
export function createKeyIndex(): KeyIndex {
  let slots = new Int32Array(1 << 12);
  let highs = new Int32Array(1 << 11);
  let lows = new Int32Array(1 << 11);
  let count = 0;
  const place = (high: number, low: number): number => {
    const mask = slots.length - 1;
    let at = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    for (let number = slots[at]! - 1; number >= 0 && (highs[number] !== high || lows[number] !== low); number = slots[at]! - 1) at = (at + 1) & mask;
    return at;
  };
  const grow = (): void => {
    slots = new Int32Array(2 * slots.length);
    [highs, lows] = [doubled(highs), doubled(lows)];
    for (let number = 0; number < count; number++) slots[place(highs[number]!, lows[number]!)] = number + 1;
  };
  return {
    get count() {
      return count;
    },
    add(high, low) {
      const at = place(high | 0, low | 0);
      if (slots[at]! > 0) return slots[at]! - 1;
      if (count === highs.length) {
        grow();
        return this.add(high, low);
      }
      highs[count] = high;
      lows[count] = low;
      count += 1;
      slots[at] = count;
      return count - 1;
    },
  };
}

function doubled(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
