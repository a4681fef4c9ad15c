// Packet lines: four hex digits of length, themselves counted, then that many bytes less four; "0000" ends a section (git,
// Documentation/gitprotocol-common).
import { requestInvalid } from "./errors.ts";

/** The longest line, its length digits counted. */
export const MAX_LINE_BYTES = 65_520;

/** The end of a section. */
export const FLUSH: Uint8Array = Buffer.from("0000", "latin1");

/** A line of text or bytes. */
export function encodeLine(payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === "string" ? Buffer.from(payload, "utf8") : payload;
  const sizeBytes = bytes.byteLength + 4;
  if (sizeBytes > MAX_LINE_BYTES) throw new RangeError(`internal: a packet line of ${sizeBytes} bytes`);
  return Buffer.concat([Buffer.from(sizeBytes.toString(16).padStart(4, "0"), "latin1"), bytes]);
}

/** Bytes on one channel of a side band, cut into lines of at most `lineBytes`: 1 the pack or report, 2 progress, 3 a fatal error. */
export function* encodeBand(band: 1 | 2 | 3, bytes: Uint8Array, lineBytes: number = MAX_LINE_BYTES): Generator<Uint8Array> {
  const most = lineBytes - 5;
  for (let at = 0; at < bytes.byteLength; at += most) yield encodeLine(Buffer.concat([Buffer.of(band), bytes.subarray(at, at + most)]));
}

/** A line without its newline; undefined for a flush; `end` when nothing follows. */
export type PacketLine = { readonly text: string } | "flush" | "end";

/** Lines out of bytes that are all there. @throws `git.request_invalid` */
export function createLineReader(bytes: Uint8Array): () => PacketLine {
  let at = 0;
  return () => {
    if (at === bytes.byteLength) return "end";
    const length = parseLength(bytes.subarray(at, at + 4));
    if (length === 0) {
      at += 4;
      return "flush";
    }
    if (at + length > bytes.byteLength) throw requestInvalid("its request is cut off");
    const text = decodeLine(bytes.subarray(at + 4, at + length));
    at += length;
    return { text };
  };
}

/** Lines out of a stream, and then the stream from where they end. */
export interface LineStream {
  next(): Promise<PacketLine>;
  rest(): AsyncIterable<Uint8Array>;
  /** Reads on to the end and forgets it: a client that is still sending does not listen. */
  drain(): Promise<void>;
}

export function createLineStream(pieces: AsyncIterable<Uint8Array>): LineStream {
  const source = pieces[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  const fill = async (sizeBytes: number): Promise<boolean> => {
    while (held.byteLength < sizeBytes) {
      const piece = await source.next();
      if (piece.done === true) return false;
      held = held.byteLength === 0 ? piece.value : Buffer.concat([held, piece.value]);
    }
    return true;
  };
  const take = (sizeBytes: number): Uint8Array => {
    const taken = held.subarray(0, sizeBytes);
    held = held.subarray(sizeBytes);
    return taken;
  };
  return {
    async next() {
      if (!(await fill(4))) {
        if (held.byteLength > 0) throw requestInvalid("its request is cut off");
        return "end";
      }
      const length = parseLength(take(4));
      if (length === 0) return "flush";
      if (!(await fill(length - 4))) throw requestInvalid("its request is cut off");
      return { text: decodeLine(take(length - 4)) };
    },
    async *rest() {
      if (held.byteLength > 0) yield take(held.byteLength);
      for (let piece = await source.next(); piece.done !== true; piece = await source.next()) yield piece.value;
    },
    async drain() {
      while ((await source.next()).done !== true) continue;
    },
  };
}

function parseLength(digits: Uint8Array): number {
  const text = Buffer.from(digits).toString("latin1");
  const length = /^[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text, 16) : -1;
  if ((length !== 0 && length < 4) || length > MAX_LINE_BYTES) throw requestInvalid("a packet line of its request has no valid length");
  return length;
}

function decodeLine(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8").replace(/\n$/, "");
}
