import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { fileUnreadable } from "./errors.ts";
import { openFile } from "./read.ts";

const PIECE_BYTES = 1 << 18;

/** Whether the name of a file says that gzip compressed it. */
export function isGzip(path: string): boolean {
  return path.toLowerCase().endsWith(".gz");
}

/**
 * Streams the text of a UTF-8 file in pieces; a byte-order mark is dropped. A file whose name ends in `.gz` is unpacked as it is read.
 * @param onRead told how many more bytes of the file were read
 * @throws `files.missing`, `files.unreadable`
 */
export async function* streamText(path: string, onRead?: (bytes: number) => void): AsyncGenerator<string> {
  openFile(path).close();
  const decoder = new TextDecoder("utf-8");
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const unpacked = isGzip(path) ? createGunzip({ chunkSize: PIECE_BYTES }) : undefined;
  let told = 0;
  const tell = (): void => {
    onRead?.(file.bytesRead - told);
    told = file.bytesRead;
  };
  if (unpacked !== undefined) {
    file.on("error", (cause) => unpacked.destroy(cause));
    file.pipe(unpacked);
  }
  try {
    for await (const bytes of unpacked ?? file) {
      tell();
      yield decoder.decode(bytes as Uint8Array, { stream: true });
    }
    yield decoder.decode();
  } catch (cause) {
    throw unpacked === undefined ? cause : fileUnreadable(path, new Error(`it cannot be unpacked: ${(cause as Error).message}`));
  } finally {
    file.destroy();
  }
}
