// Shards read back batch by batch, with where in the file each text stands.
import { RecordBatchReader, tableFromIPC, type RecordBatch } from "apache-arrow";
import { openFile, type FileReader } from "../../files/index.ts";

const CHUNK_BYTES = 1 << 20;

/** Streams the record batches of an Arrow IPC file; never more than one is held. @throws whatever apache-arrow throws on bytes it cannot read */
export function* readBatches(path: string): Generator<RecordBatch> {
  const file = openFile(path);
  try {
    yield* RecordBatchReader.from(chunksOf(file));
  } finally {
    file.close();
  }
}

function* chunksOf(file: FileReader): Generator<Uint8Array> {
  for (let offset = 0; offset < file.sizeBytes; offset += CHUNK_BYTES) yield file.read(offset, Math.min(CHUNK_BYTES, file.sizeBytes - offset));
}

/** A record batch as it stands in a file: its message from `offset`, behind the schema of `headBytes`. */
export interface BatchPlace {
  readonly path: string;
  readonly headBytes: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Where the batches of a stream stand, by the lengths in the messages. Source: Arrow columnar format, "Encapsulated message format".
 * @throws RangeError when the file ends inside a message
 */
export function* locateBatches(path: string): Generator<BatchPlace> {
  const file = openFile(path);
  try {
    let headBytes = 0;
    for (let offset = 0; ; ) {
      const prefix = new DataView(file.read(offset, 8).buffer);
      const metadataBytes = prefix.getInt32(4, true);
      if (prefix.getInt32(0, true) !== -1) throw new RangeError(`${path} has no message at byte ${offset}`);
      if (metadataBytes === 0) return;
      const length = 8 + metadataBytes + bodyLength(file.read(offset + 8, metadataBytes));
      if (headBytes === 0) headBytes = length;
      else yield { path, headBytes, offset, length };
      offset += length;
    }
  } finally {
    file.close();
  }
}

/** `bodyLength` of a Message: the fourth field of its root table. Source: flatbuffers internals; Arrow `Message.fbs`. */
function bodyLength(message: Uint8Array): number {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const table = view.getUint32(0, true);
  const fields = table - view.getInt32(table, true);
  const place = view.getUint16(fields, true) > 10 ? view.getUint16(fields + 10, true) : 0;
  return place === 0 ? 0 : Number(view.getBigInt64(table + place, true));
}

/** Reads one batch, and where its bytes are in the file: byte `at` of the batch's buffers is byte `at + shift` of the file. */
export function readBatch({ path, headBytes, offset, length }: BatchPlace): { readonly batch: RecordBatch; readonly shift: number } {
  const file = openFile(path);
  try {
    const bytes = new Uint8Array(headBytes + length + 8);
    bytes.set(file.read(0, headBytes));
    bytes.set(file.read(offset, length), headBytes);
    bytes.set([255, 255, 255, 255, 0, 0, 0, 0], headBytes + length);
    return { batch: tableFromIPC(bytes).batches[0]!, shift: offset - headBytes };
  } finally {
    file.close();
  }
}
