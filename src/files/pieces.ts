import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { fileUnreadable } from "./errors.ts";
import { withFile } from "./read.ts";

const PIECE_BYTES = 1 << 18;

/** What gzip begins a file with. Source: RFC 1952, 2.3.1. */
const GZIP = [0x1f, 0x8b];

/**
 * Streams the text of a UTF-8 file in pieces; a byte-order mark is dropped. A file that gzip compressed is unpacked as it is read, whatever its name.
 * @param onRead told how many more bytes of the file were read
 * @throws `files.missing`, `files.unreadable`
 */
export async function* streamText(path: string, onRead?: (bytes: number) => void): AsyncGenerator<string> {
  const isGzip = withFile(path, ({ sizeBytes, read }) => sizeBytes >= GZIP.length && read(0, GZIP.length).every((byte, at) => byte === GZIP[at]));
  const decoder = new TextDecoder("utf-8");
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const unpacked = isGzip ? createGunzip({ chunkSize: PIECE_BYTES }) : undefined;
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
    throw unpacked === undefined ? cause : fileUnreadable(path, new SyntaxError(`it cannot be unpacked: ${(cause as Error).message}`));
  } finally {
    file.destroy();
  }
}
