// The fields of a protocol buffer message that lies in a file, one after another; nothing but a small window is in memory.
// Source: protobuf.dev, Encoding (varints, wire types 0, 1, 2 and 5, packed repeated fields).
import type { FileReader } from "../../files/index.ts";
import { brokenOnnx } from "./errors.ts";

export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 a stretch of bytes, 5 four bytes. */
  readonly wire: number;
  /** Of a varint, as a signed 64-bit number; exact up to 2^53. */
  readonly value: number;
  /** First byte of the content, and the byte behind it. */
  readonly start: number;
  readonly end: number;
}

export interface Wire {
  readonly path: string;
  readonly sizeBytes: number;
  /** @throws `onnx.broken` where the bytes are no message or there are too many fields */
  fields(start: number, end: number): Generator<Field>;
  /** The numbers of a repeated integer field, packed or single. @throws `onnx.broken` */
  integers(field: Field): readonly number[];
  float(field: Field): number;
  /** @throws `onnx.broken` for a text that is too long */
  text(field: Field): string;
}

const WINDOW_BYTES = 65_536;
const MOST_TEXT_BYTES = 4096;
/** Graphs of the largest published encoders have a few hundred thousand; more would only hold us up. */
const MOST_FIELDS = 4_000_000;
/** Dimensions of one tensor and the like. */
const MOST_INTEGERS = 64;

/** Reads the wire format of a file. */
export function openWire(file: FileReader): Wire {
  const { path, sizeBytes } = file;
  let window = new Uint8Array();
  let windowStart = 0;
  let seen = 0;

  const byteAt = (at: number): number => {
    if (at < windowStart || at >= windowStart + window.length) {
      if (at >= sizeBytes) throw brokenOnnx(path, `it ends at byte ${sizeBytes} in the middle of a field`);
      windowStart = at;
      window = file.read(at, Math.min(WINDOW_BYTES, sizeBytes - at));
    }
    return window[at - windowStart]!;
  };
  const varint = (at: number, limit: number): { readonly value: bigint; readonly next: number } => {
    let value = 0n;
    for (let count = 0; count < 10; count += 1) {
      if (at + count >= limit) throw brokenOnnx(path, `a number at byte ${at} runs past the end of what holds it`);
      const byte = byteAt(at + count);
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return { value: BigInt.asIntN(64, value), next: at + count + 1 };
    }
    throw brokenOnnx(path, `the number at byte ${at} has no end`);
  };
  const bytes = ({ start, end }: Field): Uint8Array => file.read(start, end - start);

  return {
    path,
    sizeBytes,
    *fields(start, end) {
      let at = start;
      while (at < end) {
        if (++seen > MOST_FIELDS) throw brokenOnnx(path, `it has more than ${MOST_FIELDS} fields`);
        const { value: key, next } = varint(at, end);
        const wire = Number(key & 7n);
        const number = Number(key >> 3n);
        if (number < 1) throw brokenOnnx(path, `byte ${at} begins no field`);
        const field = ((): Field => {
          if (wire === 0) {
            const { value, next: after } = varint(next, end);
            return { number, wire, value: Number(value), start: next, end: after };
          }
          if (wire === 2) {
            const { value, next: after } = varint(next, end);
            if (value < 0n || value > BigInt(end - after)) throw brokenOnnx(path, `a field at byte ${at} announces ${value} bytes, ${end - after} are left`);
            return { number, wire, value: 0, start: after, end: after + Number(value) };
          }
          const size = wire === 1 ? 8 : wire === 5 ? 4 : 0;
          if (size === 0) throw brokenOnnx(path, `byte ${at} begins a field of the unknown kind ${wire}`);
          if (next + size > end) throw brokenOnnx(path, `a field at byte ${at} runs past the end of what holds it`);
          return { number, wire, value: 0, start: next, end: next + size };
        })();
        at = field.end;
        yield field;
      }
    },
    integers(field) {
      if (field.wire === 0) return [field.value];
      const numbers: number[] = [];
      for (let at = field.start; at < field.end; ) {
        if (numbers.length === MOST_INTEGERS) throw brokenOnnx(path, `a list at byte ${field.start} has more than ${MOST_INTEGERS} numbers`);
        const { value, next } = varint(at, field.end);
        numbers.push(Number(value));
        at = next;
      }
      return numbers;
    },
    float(field) {
      if (field.wire !== 5) throw brokenOnnx(path, `a field at byte ${field.start} is no 32-bit number`);
      const raw = bytes(field);
      return new DataView(raw.buffer, raw.byteOffset).getFloat32(0, true);
    },
    text(field) {
      const length = field.end - field.start;
      if (field.wire !== 2 || length > MOST_TEXT_BYTES) throw brokenOnnx(path, `a text at byte ${field.start} has ${length} bytes, at most ${MOST_TEXT_BYTES} are read`);
      return new TextDecoder().decode(bytes(field));
    },
  };
}
