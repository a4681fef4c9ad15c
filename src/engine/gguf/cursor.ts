// Reads a header front to back through a small window. Every length is checked against the bytes that are left before anything is
// allocated for it, so a corrupt count costs an error and not the memory.
import type { FileReader } from "../../files/index.ts";
import { brokenGguf } from "./errors.ts";
import { MAX_VALUE_BYTES } from "./layout.ts";

const WINDOW_BYTES = 1 << 18;

export interface Cursor {
  readonly position: number;
  readonly remaining: number;
  u32(what: string): number;
  /** An unsigned 64-bit number that must be exact. */
  u64(what: string): number;
  /** A view of the next `length` bytes, valid until the next call. */
  take(length: number, what: string): DataView;
  text(what: string, maxBytes?: number): string;
}

/** @throws `gguf.broken` from every method when the file ends first */
export function createCursor(file: FileReader): Cursor {
  let window = new Uint8Array(0);
  let windowStart = 0;
  let position = 0;

  const take = (length: number, what: string): DataView => {
    const remaining = file.sizeBytes - position;
    if (length > remaining) throw brokenGguf(file.path, `${what} at byte ${position} needs ${length} bytes, ${remaining} are left`);
    const inWindow = position - windowStart;
    if (inWindow + length > window.byteLength) {
      window = file.read(position, Math.min(remaining, Math.max(length, WINDOW_BYTES)));
      windowStart = position;
    }
    const view = new DataView(window.buffer, window.byteOffset + position - windowStart, length);
    position += length;
    return view;
  };
  const u64 = (what: string): number => {
    const value = take(8, what).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw brokenGguf(file.path, `${what} is ${value}, more than any file can hold`);
    return Number(value);
  };

  return {
    get position() {
      return position;
    },
    get remaining() {
      return file.sizeBytes - position;
    },
    u32: (what) => take(4, what).getUint32(0, true),
    u64,
    take,
    text(what, maxBytes = MAX_VALUE_BYTES) {
      const length = u64(`the length of ${what}`);
      if (length > maxBytes) throw brokenGguf(file.path, `${what} is ${length} bytes long, at most ${maxBytes} are allowed`);
      const view = take(length, what);
      return Buffer.from(view.buffer, view.byteOffset, length).toString("utf8");
    },
  };
}
