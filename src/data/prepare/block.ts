// Rows cross threads in blocks: texts as one flat list on the way in, bytes and numbers on the way out. Whoever scans a block gives the same bytes.
import { hash } from "node:crypto";
import { createCleaner, type Cleaner, type CleaningStepName, type Transformation } from "../clean/cleaner.ts";
import { canonicalRow } from "../digest-row.ts";
import { emptyField } from "../drop.ts";
import { allocateFingerprints, createFingerprinter, hashTexts, type Fingerprints } from "../duplicates/fingerprint.ts";
import type { SourceRow } from "../read/open.ts";
import { SPLIT_NAMES } from "../row.ts";
import { createValidator, type ValidateOptions, type ValidatorPart } from "../validate/validator.ts";
import { maskOf } from "../write/dataset-files.ts";
import { DIGEST_BYTES, encodeRows, FIELD_COUNT, listFields, rowOfFields } from "../encoded-row.ts";

export const BLOCK_ROWS = 1024;

/** Why a row is left out, as a place in the list; 0 is no reason. */
export const EMPTY_REASONS = [undefined, "empty_instruction", "empty_output"] as const;

/** Stands for no split among the places in {@link SPLIT_NAMES}. */
export const NO_SPLIT = SPLIT_NAMES.length;

/** Rows as they were read. */
export interface RowBlock {
  readonly numbers: Float64Array<ArrayBuffer>;
  /** The split that the source itself has each row in, or {@link NO_SPLIT}. */
  readonly splits: Uint8Array<ArrayBuffer>;
  readonly plainText: Uint8Array<ArrayBuffer>;
  /** {@link FIELD_COUNT} a row; undefined where a row has no such field. */
  readonly fields: readonly (string | undefined)[];
}

/** Rows after cleaning, and all that later stages need to know of them. */
export interface ScannedBlock {
  readonly rows: number;
  /** The encoded rows, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of each row. */
  readonly sizes: Uint32Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly splits: Uint8Array<ArrayBuffer>;
  /** SHA-256 of each row without its id, {@link DIGEST_BYTES} each. */
  readonly digests: Uint8Array<ArrayBuffer>;
  readonly fingerprints: Fingerprints;
  readonly words: Uint32Array<ArrayBuffer>;
  /** Which columns each row fills. */
  readonly masks: Uint8Array<ArrayBuffer>;
  /** Two hashes of each answer. */
  readonly answers: Int32Array<ArrayBuffer>;
  /** A place in {@link EMPTY_REASONS}. */
  readonly reasons: Uint8Array<ArrayBuffer>;
}

export interface ScanSettings {
  readonly cleaning: readonly CleaningStepName[] | undefined;
  readonly validation: ValidateOptions;
}

/** What a scanner did and found over all its blocks. */
export interface ScannerPart {
  readonly transformations: readonly Transformation[];
  readonly validation: ValidatorPart;
}

/** Cleans, validates and fingerprints rows, block by block. */
export interface Scanner {
  work(block: RowBlock): ScannedBlock;
  part(): ScannerPart;
}

export function createScanner({ cleaning, validation }: ScanSettings): Scanner {
  const cleaner: Cleaner = createCleaner(cleaning);
  const validator = createValidator(validation);
  const fingerprinter = createFingerprinter();
  return {
    work(block) {
      const rows = block.numbers.length;
      const digests = new Uint8Array(rows * DIGEST_BYTES);
      const [words, answers] = [new Uint32Array(rows), new Int32Array(2 * rows)];
      const [masks, reasons] = [new Uint8Array(rows), new Uint8Array(rows)];
      const fingerprints = allocateFingerprints(rows);
      const texts: (string | undefined)[] = [];
      for (let place = 0; place < rows; place++) {
        const source: SourceRow = { number: block.numbers[place]!, row: cleaner.clean(rowOfFields(block.fields, place * FIELD_COUNT)), plainText: block.plainText[place] === 1 };
        validator.add(source);
        reasons[place] = EMPTY_REASONS.indexOf(emptyField(source));
        digests.set(hash("sha256", canonicalRow(source.row), "buffer"), place * DIGEST_BYTES);
        words[place] = fingerprinter.write(source.row, fingerprints, place);
        hashTexts([source.row.output], (high, low) => answers.set([high, low], 2 * place));
        masks[place] = maskOf(source.row);
        listFields(source.row, texts);
      }
      const sizes = new Uint32Array(rows);
      return { rows, bytes: encodeRows(texts, sizes), sizes, numbers: block.numbers, splits: block.splits, digests, fingerprints, words, answers, masks, reasons };
    },
    part: () => ({ transformations: cleaner.transformations(), validation: validator.part() }),
  };
}

/** Collects rows into a block. */
export function createBlock(): { readonly size: number; add(source: SourceRow): void; finish(): RowBlock } {
  const numbers: number[] = [];
  const splits: number[] = [];
  const plainText: number[] = [];
  const fields: (string | undefined)[] = [];
  return {
    get size() {
      return numbers.length;
    },
    add({ number, row, plainText: isPlain, split }) {
      numbers.push(number);
      splits.push(split === undefined ? NO_SPLIT : SPLIT_NAMES.indexOf(split));
      plainText.push(isPlain ? 1 : 0);
      listFields(row, fields);
    },
    finish: () => ({ numbers: Float64Array.from(numbers), splits: Uint8Array.from(splits), plainText: Uint8Array.from(plainText), fields }),
  };
}
