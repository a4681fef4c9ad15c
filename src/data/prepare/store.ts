// What is held of each row while a dataset is made: numbers in memory, texts in a spool. Repetitions and empty rows are told apart as they come.
import type { Spool } from "../../files/index.ts";
import { KEY_NUMBERS, type Fingerprints } from "../duplicates/fingerprint.ts";
import { createKeyIndex } from "../duplicates/key-index.ts";
import { BANDS } from "../duplicates/minhash.ts";
import type { Row } from "../row.ts";
import { EMPTY_REASONS, type ScannedBlock } from "./block.ts";
import { createColumn } from "../column.ts";
import { createDroppedRows, EXACT_DUPLICATE, type DroppedRows } from "./dropped.ts";
import { decodeRow, DIGEST_BYTES } from "../encoded-row.ts";

/** The rows that are kept, in the order in which they were read. */
export interface KeptRows {
  readonly rows: number;
  /** Of each row in its source. */
  readonly numbers: Float64Array;
  /** Where each row is in the spool. */
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  readonly digests: Uint8Array;
  readonly fingerprints: Fingerprints;
  readonly words: Uint32Array;
  readonly masks: Uint8Array;
  /** Two hashes of each answer. */
  readonly answers: Int32Array;
  /** The split that the source itself has each row in, or `NO_SPLIT`. */
  readonly splits: Uint8Array;
}

export interface RowStore {
  readonly dropped: DroppedRows;
  /** Takes in a block; the memory of its numbers is used up. */
  add(block: ScannedBlock): void;
  finish(): KeptRows;
}

export function createRowStore(spool: Spool): RowStore {
  const numbers = createColumn((length) => new Float64Array(length));
  const offsets = createColumn((length) => new Float64Array(length));
  const sizes = createColumn((length) => new Uint32Array(length));
  const digests = createColumn((length) => new Uint8Array(length));
  const words = createColumn((length) => new Uint32Array(length));
  const masks = createColumn((length) => new Uint8Array(length));
  const keys = createColumn((length) => new Int32Array(length));
  const bands = createColumn((length) => new Int32Array(length));
  const comparable = createColumn((length) => new Uint8Array(length));
  const dropped = createDroppedRows(spool);
  const answers = createColumn((length) => new Int32Array(length));
  const splits = createColumn((length) => new Uint8Array(length));
  const firsts = createKeyIndex();
  let rowOfKey: Int32Array<ArrayBuffer> = new Int32Array(1 << 12);

  /** The kept row of the same digest, or `row` itself when there is none before it. */
  const firstLike = (digest: Uint8Array, row: number, digestOf: (row: number) => Uint8Array): number => {
    const view = new DataView(digest.buffer, digest.byteOffset, DIGEST_BYTES);
    const known = firsts.count;
    const key = firsts.add(view.getInt32(0), view.getInt32(4));
    if (key === known) {
      if (key === rowOfKey.length) rowOfKey = widen(rowOfKey);
      rowOfKey[key] = row;
      return row;
    }
    const first = rowOfKey[key]!;
    return Buffer.compare(digestOf(first), digest) === 0 ? first : row;
  };

  return {
    dropped,
    add(block) {
      const start = numbers.length;
      const keep: number[] = [];
      let offset = spool.append(block.bytes);
      const offsetOf = new Float64Array(block.rows);
      const digestOf = (row: number): Uint8Array => (row < start ? rowsOf(digests.finish(), row, DIGEST_BYTES) : rowsOf(block.digests, keep[row - start]!, DIGEST_BYTES));
      for (let row = 0; row < block.rows; row++) {
        offsetOf[row] = offset;
        offset += block.sizes[row]!;
        const kept = start + keep.length;
        const reason = block.reasons[row]!;
        const first = reason === 0 ? firstLike(rowsOf(block.digests, row, DIGEST_BYTES), kept, digestOf) : kept;
        if (reason === 0 && first === kept) keep.push(row);
        else {
          const firstNumber = first < start ? numbers.finish()[first]! : block.numbers[keep[first - start]!]!;
          dropped.add({ number: block.numbers[row]!, offset: offsetOf[row]!, size: block.sizes[row]!, reason: reason === 0 ? EXACT_DUPLICATE : EMPTY_REASONS[reason]!, keptNumber: reason === 0 ? firstNumber : -1 });
        }
      }
      numbers.push(gather(block.numbers, keep, 1));
      offsets.push(gather(offsetOf, keep, 1));
      sizes.push(gather(block.sizes, keep, 1));
      digests.push(gather(block.digests, keep, DIGEST_BYTES));
      words.push(gather(block.words, keep, 1));
      masks.push(gather(block.masks, keep, 1));
      answers.push(gather(block.answers, keep, 2));
      splits.push(gather(block.splits, keep, 1));
      keys.push(gather(block.fingerprints.keys, keep, KEY_NUMBERS));
      bands.push(gather(block.fingerprints.bands, keep, BANDS));
      comparable.push(gather(block.fingerprints.comparable, keep, 1));
    },
    finish: () => ({
      rows: numbers.length,
      numbers: numbers.finish(),
      offsets: offsets.finish(),
      sizes: sizes.finish(),
      digests: digests.finish(),
      words: words.finish(),
      masks: masks.finish(),
      fingerprints: { keys: keys.finish(), bands: bands.finish(), comparable: comparable.finish() },
      answers: answers.finish(),
      splits: splits.finish(),
    }),
  };
}

/** Some of the kept rows, ascending. Uses up the memory of the others. */
export function selectRows(kept: KeptRows, rows: Uint32Array): KeptRows {
  const { fingerprints } = kept;
  return {
    ...kept,
    rows: rows.length,
    numbers: gather(kept.numbers, rows, 1),
    offsets: gather(kept.offsets, rows, 1),
    sizes: gather(kept.sizes, rows, 1),
    digests: gather(kept.digests, rows, DIGEST_BYTES),
    words: gather(kept.words, rows, 1),
    masks: gather(kept.masks, rows, 1),
    answers: gather(kept.answers, rows, 2),
    splits: gather(kept.splits, rows, 1),
    fingerprints: { keys: gather(fingerprints.keys, rows, KEY_NUMBERS), bands: gather(fingerprints.bands, rows, BANDS), comparable: gather(fingerprints.comparable, rows, 1) },
  };
}

/** Reads a kept row. */
export function readKept(kept: KeptRows, spool: Spool, row: number): Row {
  return decodeRow(spool.peek(kept.offsets[row]!, kept.sizes[row]!));
}

export function rowsOf(numbers: Uint8Array, row: number, stride: number): Uint8Array {
  return numbers.subarray(row * stride, (row + 1) * stride);
}

/** Moves the rows to the front, in place. @param rows ascending */
function gather<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(numbers: T, rows: ArrayLike<number>, stride: number): T {
  if (rows.length * stride === numbers.length) return numbers;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (row === at) continue;
    if (stride === 1) numbers[at] = numbers[row]!;
    else numbers.copyWithin(at * stride, row * stride, (row + 1) * stride);
  }
  return numbers.subarray(0, rows.length * stride) as T;
}

function widen(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
