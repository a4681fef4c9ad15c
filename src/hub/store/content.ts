// Content that can be read at any place, whatever it is made of: one whole file, the chunks of Xet, or a difference to another content.
import { openLargeFile } from "../../files/index.ts";

/** Bytes that a stream hands on at once: large enough that the work per piece is nothing, small enough for hundreds of readers. */
export const PIECE_BYTES = 1 << 20;

export interface Content {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`; the caller must not change them. @throws RangeError past the end */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Start and end in bytes; the end is not part of it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file as it stands. @throws `files.missing` */
export function openWhole(path: string): Promise<Content> {
  return openLargeFile(path);
}

/** The bytes of a range in order, 1 MiB at a time, the next piece read while the reader is busy with this one. Opens late, closes always. */
export async function* streamContent(open: () => Promise<Content>, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  const content = await open();
  let ahead: Promise<Uint8Array> | undefined;
  try {
    for (let offset = start; offset < end; ) {
      const piece = await (ahead ?? content.read(offset, Math.min(PIECE_BYTES, end - offset)));
      offset += piece.byteLength;
      ahead = offset < end ? content.read(offset, Math.min(PIECE_BYTES, end - offset)) : undefined;
      // Its failure is thrown by the `await` above; a reader that leaves before must not turn it into an unhandled one.
      ahead?.catch(() => undefined);
      yield piece;
    }
  } finally {
    await ahead?.catch(() => undefined);
    await content.close();
  }
}
