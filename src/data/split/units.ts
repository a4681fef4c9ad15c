// Rows that may not be parted are one unit. Units stand in an order of their content, so that no split depends on the order of a file.

/** Bytes of a row's key: the beginning of its digest. */
export const KEY_BYTES = 16;

/** `members` holds the rows of unit `u` from `starts[u]` to `starts[u + 1]`, in the order of their keys; units are in the order of their first member. */
export interface Units {
  readonly count: number;
  /** Rows of the largest unit. */
  readonly largest: number;
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
  /** All rows in the order of their keys. */
  readonly order: Uint32Array;
}

/** Rows `0 … n − 1` in the ascending order of their keys, 16 bytes each. */
export function orderByKey(rowKeys: Uint8Array): Uint32Array {
  const view = new DataView(rowKeys.buffer, rowKeys.byteOffset, rowKeys.byteLength);
  const count = rowKeys.length / KEY_BYTES;
  const heads = Float64Array.from({ length: count }, (_, row) => view.getUint32(row * KEY_BYTES) * 2 ** 21 + (view.getUint32(row * KEY_BYTES + 4) >>> 11));
  return Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) => heads[a]! - heads[b]! || compareKeys(rowKeys, a, b) || a - b);
}

/** Joins rows of one group to units. `groupOf[row]` names the group of a row, from 0. */
export function buildUnits(rowKeys: Uint8Array, groupOf: Int32Array): Units {
  const order = orderByKey(rowKeys);
  const unitOfGroup = new Int32Array(groupOf.reduce((most, group) => Math.max(most, group), -1) + 1).fill(-1);
  let count = 0;
  for (const row of order) if (unitOfGroup[groupOf[row]!] === -1) unitOfGroup[groupOf[row]!] = count++;
  const starts = new Uint32Array(count + 1);
  for (const group of groupOf) starts[unitOfGroup[group]! + 1]! += 1;
  for (let unit = 0; unit < count; unit++) starts[unit + 1]! += starts[unit]!;
  const largest = starts.reduce((most, start, unit) => Math.max(most, unit === 0 ? 0 : start - starts[unit - 1]!), 0);
  const next = starts.slice();
  const members = new Uint32Array(groupOf.length);
  for (const row of order) members[next[unitOfGroup[groupOf[row]!]!]!++] = row;
  return { count, largest, starts, members, order };
}

export function sizeOfUnit({ starts }: Units, unit: number): number {
  return starts[unit + 1]! - starts[unit]!;
}

function compareKeys(keys: Uint8Array, a: number, b: number): number {
  for (let at = 0; at < KEY_BYTES; at++) {
    const order = keys[a * KEY_BYTES + at]! - keys[b * KEY_BYTES + at]!;
    if (order !== 0) return order;
  }
  return 0;
}
