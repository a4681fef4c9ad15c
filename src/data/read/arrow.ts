import { readArrowBatches } from "./arrow/read.ts";
import type { Faults } from "./faults.ts";
import type { OnRead, SourceRecord } from "./record.ts";

/** Streams the rows of an Arrow file as objects: lists are arrays, structs are objects, dates ISO 8601 text. */
export function* readArrow(path: string, faults: Faults, onRead?: OnRead): Generator<SourceRecord> {
  let row = 0;
  try {
    for (const { rowCount, columns } of readArrowBatches(path, onRead)) {
      for (let index = 0; index < rowCount; index++) {
        const value = Object.fromEntries(columns.map(({ name, read }) => [name, read(index)]));
        yield { place: { row: (row += 1) }, value };
      }
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    faults.add(row === 0 ? {} : { row: row + 1 }, `not an Arrow file that can be read: ${cause.message}`);
  }
}
