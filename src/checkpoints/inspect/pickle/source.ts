// The bytes of a pickle, read from the file as they are needed: in the old format nobody says where the pickle ends.

const WINDOW_BYTES = 1 << 16;

/** Bytes one after the other. Every reader throws a SyntaxError past the end. */
export interface PickleSource {
  /** Offset of the next byte in the file. */
  readonly position: number;
  byte(): number;
  /** The next bytes; valid until the next call. */
  take(length: number): Uint8Array;
  skip(length: number): void;
  /** Text up to a line feed, which is passed over. */
  line(limit: number): string;
}

/** @param read exactly `length` bytes of the file from `offset` */
export function createPickleSource(read: (offset: number, length: number) => Uint8Array, start: number, end: number): PickleSource {
  let window: Uint8Array = new Uint8Array(0);
  let base = start;
  let at = 0;
  const need = (length: number): void => {
    if (at + length <= window.length) return;
    const position = base + at;
    if (position + length > end) throw new SyntaxError(`it ends at byte ${end}, in the middle of a value`);
    base = position;
    at = 0;
    window = read(position, Math.min(end - position, Math.max(length, WINDOW_BYTES)));
  };
  return {
    get position() {
      return base + at;
    },
    byte() {
      need(1);
      return window[at++]!;
    },
    take(length) {
      need(length);
      at += length;
      return window.subarray(at - length, at);
    },
    skip(length) {
      if (base + at + length > end) throw new SyntaxError(`it announces ${length} bytes, ${end - base - at} are left`);
      at += length;
      if (at <= window.length) return;
      base += at;
      at = 0;
      window = new Uint8Array(0);
    },
    line(limit) {
      let text = "";
      for (let count = 0; count <= limit; count++) {
        const byte = this.byte();
        if (byte === 0x0a) return text.endsWith("\r") ? text.slice(0, -1) : text;
        text += String.fromCharCode(byte);
      }
      throw new SyntaxError(`a line is longer than ${limit} bytes`);
    },
  };
}
