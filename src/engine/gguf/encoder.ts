// A growing little-endian buffer.
import type { GgufNumberType } from "./types.ts";
import { SCALAR_BYTES } from "./layout.ts";

export interface Encoder {
  readonly position: number;
  number(type: GgufNumberType, value: number): void;
  /** Length as u64, then UTF-8. */
  text(value: string): void;
  bytes(value: Uint8Array): void;
  finish(): Uint8Array;
}

export function createEncoder(): Encoder {
  let buffer = Buffer.alloc(1 << 16);
  let position = 0;
  const reserve = (length: number): number => {
    if (position + length > buffer.byteLength) {
      const larger = Buffer.alloc(Math.max(buffer.byteLength * 2, position + length));
      buffer.copy(larger, 0, 0, position);
      buffer = larger;
    }
    const at = position;
    position += length;
    return at;
  };
  const number = (type: GgufNumberType, value: number): void => {
    const at = reserve(SCALAR_BYTES[type]);
    switch (type) {
      case "u8": buffer.writeUInt8(value, at); return;
      case "i8": buffer.writeInt8(value, at); return;
      case "u16": buffer.writeUInt16LE(value, at); return;
      case "i16": buffer.writeInt16LE(value, at); return;
      case "u32": buffer.writeUInt32LE(value, at); return;
      case "i32": buffer.writeInt32LE(value, at); return;
      case "f32": buffer.writeFloatLE(value, at); return;
      case "f64": buffer.writeDoubleLE(value, at); return;
      case "u64": buffer.writeBigUInt64LE(BigInt(value), at); return;
      case "i64": buffer.writeBigInt64LE(BigInt(value), at); return;
    }
  };
  return {
    get position() {
      return position;
    },
    number,
    text(value) {
      const length = Buffer.byteLength(value);
      number("u64", length);
      const at = reserve(length);
      buffer.write(value, at, "utf8");
    },
    bytes(value) {
      const at = reserve(value.byteLength);
      buffer.set(value, at);
    },
    finish: () => buffer.subarray(0, position),
  };
}
