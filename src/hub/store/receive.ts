// Bytes on their way in: counted and hashed as they come, written a megabyte at a time.
import { createHash } from "node:crypto";
import { PIECE_BYTES } from "./content.ts";
import { digestMismatch, sizeMismatch } from "./errors.ts";

/** What a large file says it is: the SHA-256 of its content and its size. */
export interface Announced {
  readonly oid: string;
  readonly sizeBytes: number;
}

type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * Passes the bytes to `write` and holds them against what was announced; nothing past the announced size is read.
 * @throws `large_file.size_mismatch`, `large_file.digest_mismatch`, and what `bytes` and `write` throw
 */
export async function receive({ oid, sizeBytes }: Announced, bytes: AsyncIterable<Uint8Array>, write?: Write): Promise<void> {
  const hash = createHash("sha256");
  const buffered = write === undefined ? undefined : bufferWrites(write);
  let count = 0;
  try {
    for await (const piece of bytes) {
      count += piece.byteLength;
      if (count > sizeBytes) throw sizeMismatch(oid, sizeBytes, count);
      hash.update(piece);
      await buffered?.write(piece);
    }
  } finally {
    await buffered?.end();
  }
  if (count !== sizeBytes) throw sizeMismatch(oid, sizeBytes, count);
  const found = hash.digest("hex");
  if (found !== oid) throw digestMismatch(oid, found);
}

/** Gathers small pieces: one megabyte is filled while the one before is on its way to the disk. */
export function bufferWrites(write: Write): { readonly write: Write; end(): Promise<void> } {
  let filling = new Uint8Array(PIECE_BYTES);
  let other = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  let pending: Promise<void> = Promise.resolve();
  const flush = async () => {
    await pending;
    const full = filling.subarray(0, filled);
    [filling, other] = [other, filling];
    filled = 0;
    pending = write(full);
    // Awaited before the next write and at the end; until then it is not unhandled.
    pending.catch(() => undefined);
  };
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.byteLength; ) {
        const count = Math.min(PIECE_BYTES - filled, bytes.byteLength - done);
        filling.set(bytes.subarray(done, done + count), filled);
        filled += count;
        done += count;
        if (filled === PIECE_BYTES) await flush();
      }
    },
    async end() {
      await pending;
      if (filled > 0) await flush();
      await pending;
    },
  };
}
