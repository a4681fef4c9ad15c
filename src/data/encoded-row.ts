// A row as a flat list of texts, and as bytes.
import type { Row } from "./row.ts";

/** The order of the fields. What is no text (labels, entities, messages) is one field of JSON. */
export const FIELDS = ["id", "instruction", "input", "output", "system", "task", "group", "lists"] as const;
export const FIELD_COUNT = FIELDS.length;
export const DIGEST_BYTES = 32;

const LONE_SURROGATE = /[\ud800-\udfff]/u;
const LONE_SURROGATES = /[\ud800-\udfff]/gu;

const TEXT_FIELDS = ["id", "instruction", "input", "output", "system", "task", "group"] as const satisfies readonly (keyof Row)[];
const LISTS = FIELDS.indexOf("lists");

/** Appends the fields of a row. Half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD. */
export function listFields(row: Row, into: (string | undefined)[]): void {
  for (const name of TEXT_FIELDS) into.push(wellFormed(row[name]));
  const { labels, entities, messages } = row;
  const hasLists = labels !== undefined || entities !== undefined || messages !== undefined;
  into.push(hasLists ? JSON.stringify({ labels, entities, messages }, (_key, value: unknown) => (typeof value === "string" ? wellFormed(value) : value)) : undefined);
}

function wellFormed(text: string | undefined): string | undefined {
  return text === undefined || !LONE_SURROGATE.test(text) ? text : text.replace(LONE_SURROGATES, "\ufffd");
}

/** The row whose fields begin at `start`. */
export function rowOfFields(fields: readonly (string | undefined)[], start: number): Row {
  const row: Record<string, unknown> = {};
  for (let at = 0; at < TEXT_FIELDS.length; at++) {
    const text = fields[start + at];
    if (text !== undefined) row[TEXT_FIELDS[at]!] = text;
  }
  const lists = fields[start + LISTS];
  return (lists === undefined ? row : { ...row, ...parseLists(lists) }) as unknown as Row;
}

export function parseLists(json: string): Pick<Row, "labels" | "entities" | "messages"> {
  return JSON.parse(json) as Pick<Row, "labels" | "entities" | "messages">;
}

/** Bytes before the texts of a row: the length of each field in bytes, -1 for none, as little-endian 32-bit numbers. */
export const HEADER_BYTES = 4 * FIELD_COUNT;

/** Rows as bytes, one after the other, each with its header; writes the bytes of each row to `sizes`. */
export function encodeRows(texts: readonly (string | undefined)[], sizes: Uint32Array): Uint8Array<ArrayBuffer> {
  let most = sizes.length * HEADER_BYTES;
  for (const text of texts) most += 3 * (text?.length ?? 0);
  const bytes = Buffer.allocUnsafeSlow(most);
  let end = 0;
  for (let row = 0; row < sizes.length; row++) {
    const start = end;
    end += HEADER_BYTES;
    for (let field = 0; field < FIELD_COUNT; field++) {
      const text = texts[row * FIELD_COUNT + field];
      const written = text === undefined ? -1 : bytes.write(text, end, "utf8");
      bytes.writeInt32LE(written, start + 4 * field);
      end += Math.max(0, written);
    }
    sizes[row] = end - start;
  }
  const exact = new Uint8Array(end);
  exact.set(bytes.subarray(0, end));
  return exact;
}

/** Where the fields of an encoded row begin and end, as a list of both; equal and -1 where there is none. */
export function locateFields(bytes: Uint8Array<ArrayBuffer>, into: Int32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  let end = HEADER_BYTES;
  for (let field = 0; field < FIELD_COUNT; field++) {
    const length = view.getInt32(4 * field, true);
    into[2 * field] = length === -1 ? -1 : end;
    end += Math.max(0, length);
    into[2 * field + 1] = length === -1 ? -1 : end;
  }
}

/** Reads an encoded row. */
export function decodeRow(bytes: Uint8Array<ArrayBuffer>): Row {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Int32Array(2 * FIELD_COUNT);
  locateFields(bytes, places);
  return rowOfFields(FIELDS.map((_, field) => (places[2 * field] === -1 ? undefined : buffer.toString("utf8", places[2 * field], places[2 * field + 1]))), 0);
}
