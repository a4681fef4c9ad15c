// zlib streams whose length or promised size may be a lie: what is allocated follows what really comes out.
import { deflateSync, inflateSync, constants, type ZlibOptions } from "node:zlib";

const CHUNK_BYTES = 1 << 20;

/**
 * So much of a stream is read for its first bytes: before the first of them may stand the codes of a block, about 560 bytes at their longest
 * (RFC 1951, 3.2.7). It unpacks to 1,032 times as much at most.
 */
export const START_BYTES = 1024;

/** The first bytes of a stream, of which {@link START_BYTES} or all are there; how many they are, the stream decides. */
export function inflateStart(compressed: Uint8Array): Uint8Array {
  return inflateSync(compressed.subarray(0, START_BYTES), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 * CHUNK_BYTES, chunkSize: 4096 });
}

/**
 * Exactly `sizeBytes` out of a stream that begins at the first byte and may be followed by others.
 * @returns the bytes, and how many compressed ones they took; undefined when the stream is not at its end in `compressed`
 * @throws Error when the stream is damaged or holds another number of bytes
 */
export function inflateExactly(compressed: Uint8Array, sizeBytes: number): { readonly bytes: Uint8Array; readonly used: number } | undefined {
  const options: ZlibOptions & { info: true } = { info: true, maxOutputLength: Math.max(1, sizeBytes), chunkSize: Math.min(CHUNK_BYTES, Math.max(64, sizeBytes + 1)) };
  let result: { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
  try {
    result = inflateSync(compressed, options) as unknown as typeof result;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR") return undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") throw new RangeError(`it unpacks to more than the ${sizeBytes} bytes it promises`, { cause });
    throw cause;
  }
  if (result.buffer.byteLength !== sizeBytes) throw new RangeError(`it unpacks to ${result.buffer.byteLength} bytes and promises ${sizeBytes}`);
  return { bytes: result.buffer, used: result.engine.bytesWritten };
}

const SAMPLE_BYTES = 1 << 16;

/** How hard to press: small objects well, larger ones fast, what is pressed already (weights, images) not at all. */
export function compressionLevel(bytes: Uint8Array): number {
  if (bytes.byteLength < 1 << 20) return bytes.byteLength < 1 << 16 ? 6 : 1;
  const middle = bytes.byteLength >> 1;
  const sample = deflateSync(bytes.subarray(middle, middle + SAMPLE_BYTES), { level: 1 });
  return sample.byteLength > 0.95 * SAMPLE_BYTES ? 0 : 1;
}
