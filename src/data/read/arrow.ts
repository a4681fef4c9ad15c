// Apache Arrow IPC, streams (as `save_to_disk` writes them) and files (Feather 2), one record batch after the other.
import { RecordBatchReader } from "apache-arrow";
import { openFile, type FileReader } from "../../files/index.ts";
import type { Faults } from "./faults.ts";
import { toPlain } from "./plain.ts";
import type { SourceRecord } from "./record.ts";

const CHUNK_BYTES = 1 << 20;
/** The schema and the description of a batch are small; one larger than this is no Arrow. */
const MOST_METADATA_BYTES = 64 << 20;

/** Streams the rows of an Arrow file as objects: lists are arrays, structs are objects, 64-bit integers are `bigint`. */
export async function* readArrow(path: string, faults: Faults): AsyncGenerator<SourceRecord> {
  const file = openFile(path);
  let row = 0;
  try {
    requireArrow(file);
    const reader = await RecordBatchReader.from(chunksOf(file));
    await reader.open();
    for await (const batch of reader) {
      const columns = batch.schema.fields.map(({ name }, index) => ({ name, vector: batch.getChildAt(index)! }));
      for (let index = 0; index < batch.numRows; index++) {
        yield { place: { row: (row += 1) }, value: Object.fromEntries(columns.map(({ name, vector }) => [name, toPlain(vector.get(index))])) };
      }
    }
  } catch (cause) {
    faults.add(row === 0 ? {} : { row: row + 1 }, `not an Arrow file that can be read: ${(cause as Error).message}`);
  } finally {
    file.close();
  }
}

/** @throws RangeError for what begins neither as an Arrow stream nor as an Arrow file */
function requireArrow({ sizeBytes, read }: FileReader): void {
  const head = new DataView(read(0, Math.min(sizeBytes, 8)).buffer);
  if (head.byteLength < 8) throw new RangeError(`it holds ${sizeBytes} bytes`);
  if (Buffer.from(head.buffer).toString("latin1", 0, 6) === "ARROW1") return;
  const length = head.getUint32(0, true) === 0xffff_ffff ? head.getUint32(4, true) : head.getUint32(0, true);
  if (length > Math.min(sizeBytes, MOST_METADATA_BYTES)) throw new RangeError(`its first message claims ${length} bytes of ${sizeBytes}`);
}

async function* chunksOf(file: FileReader): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < file.sizeBytes; offset += CHUNK_BYTES) yield file.read(offset, Math.min(CHUNK_BYTES, file.sizeBytes - offset));
}
