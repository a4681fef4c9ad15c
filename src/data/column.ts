type NumberArray = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** Numbers that come block by block, in one array that doubles. */
export interface Column<T extends NumberArray> {
  /** Numbers so far, over all rows. */
  readonly length: number;
  push(part: ArrayLike<number>): void;
  /** All numbers, without slack and without a copy. */
  finish(): T;
}

export function createColumn<T extends NumberArray>(allocate: (length: number) => T): Column<T> {
  let numbers = allocate(1 << 12);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(part) {
      if (length + part.length > numbers.length) {
        const larger = allocate(Math.max(2 * numbers.length, length + part.length));
        larger.set(numbers.subarray(0, length));
        numbers = larger;
      }
      numbers.set(part, length);
      length += part.length;
    },
    finish: () => numbers.subarray(0, length) as T,
  };
}
