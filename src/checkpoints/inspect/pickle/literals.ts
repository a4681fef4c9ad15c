// Operations that push a constant. Source: Python 3.13, Lib/pickletools.py.
import type { Machine } from "./machine.ts";
import type { PickleBytes, PickleValue } from "./value.ts";

export type Operation = (machine: Machine) => void;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

export const LITERALS: Readonly<Record<number, Operation>> = {
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x49: (m) => m.push(parseInteger(m.source.line(m.limits.integerBytes * 3), true)), // INT
  0x4c: (m) => m.push(parseInteger(m.source.line(m.limits.integerBytes * 3), false)), // LONG
  0x4a: (m) => m.push(view(m, 4).getInt32(0, true)), // BININT
  0x4b: (m) => m.push(m.source.byte()), // BININT1
  0x4d: (m) => m.push(u16(m)), // BININT2
  0x8a: (m) => m.push(long(m, m.source.byte())), // LONG1
  0x8b: (m) => m.push(long(m, view(m, 4).getInt32(0, true))), // LONG4
  0x46: (m) => m.push(parseFloat(m.source.line(256))), // FLOAT
  0x47: (m) => m.push(view(m, 8).getFloat64(0, false)), // BINFLOAT
  0x53: (m) => m.push(quoted(m.source.line(m.limits.textBytes))), // STRING
  0x54: (m) => m.push(text(m, u32(m))), // BINSTRING
  0x55: (m) => m.push(text(m, m.source.byte())), // SHORT_BINSTRING
  0x56: (m) => m.push(rawUnicode(m.source.line(m.limits.textBytes))), // UNICODE
  0x58: (m) => m.push(text(m, u32(m))), // BINUNICODE
  0x8c: (m) => m.push(text(m, m.source.byte())), // SHORT_BINUNICODE
  0x8d: (m) => m.push(text(m, u64(m))), // BINUNICODE8
  0x42: (m) => m.push(bytes(m, u32(m))), // BINBYTES
  0x43: (m) => m.push(bytes(m, m.source.byte())), // SHORT_BINBYTES
  0x8e: (m) => m.push(bytes(m, u64(m))), // BINBYTES8
  0x96: (m) => m.push(bytes(m, u64(m))), // BYTEARRAY8
};

export function u16(m: Machine): number {
  return view(m, 2).getUint16(0, true);
}

export function u32(m: Machine): number {
  return view(m, 4).getUint32(0, true);
}

/** Past 2^53 no file reaches. */
export function u64(m: Machine): number {
  return Number(view(m, 8).getBigUint64(0, true));
}

function view(m: Machine, length: number): DataView {
  const taken = m.source.take(length);
  return new DataView(taken.buffer, taken.byteOffset, length);
}

function text(m: Machine, length: number): PickleValue {
  return m.keeps(length) ? utf8.decode(m.source.take(length)) : pass(m, length, true);
}

function bytes(m: Machine, length: number): PickleValue {
  return m.keeps(length) ? { kind: "bytes", sizeBytes: length, content: m.source.take(length).slice() } : pass(m, length);
}

function pass(m: Machine, length: number, isText?: true): PickleBytes {
  m.source.skip(length);
  return { kind: "bytes", sizeBytes: length, ...(isText && { text: true }) };
}

/** Little-endian two's complement; longer ones are passed over. */
function long(m: Machine, length: number): PickleValue {
  if (length < 0) throw new SyntaxError(`it announces a number of ${length} bytes`);
  if (length > m.limits.integerBytes) return pass(m, length);
  let value = 0n;
  const digits = m.source.take(length);
  for (let at = length - 1; at >= 0; at--) value = (value << 8n) | BigInt(digits[at]!);
  return narrow(BigInt.asIntN(length * 8, value));
}

/** A bigint that fits is a number. */
function narrow(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function parseInteger(line: string, withTruth: boolean): PickleValue {
  if (withTruth && (line === "00" || line === "01")) return line === "01";
  const digits = /^\s*([+-]?\d+)L?\s*$/.exec(line)?.[1];
  if (digits === undefined) throw new SyntaxError(`${JSON.stringify(line.slice(0, 40))} is no whole number`);
  return narrow(digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits));
}

function parseFloat(line: string): number {
  const word = line.trim().toLowerCase();
  const named = /^([+-]?)(nan|inf)$/.exec(word);
  if (named !== null) return named[2] === "nan" ? NaN : named[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(word)) throw new SyntaxError(`${JSON.stringify(word.slice(0, 40))} is no number`);
  return Number(word);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", v: "\v" };

function quoted(line: string): string {
  const inner = /^(['"])(.*)\1$/s.exec(line.trim())?.[2];
  if (inner === undefined) throw new SyntaxError("a text has no quotes around it");
  return inner.replaceAll(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/gs, (whole, hex?: string, octal?: string, one?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    return ESCAPES[one!] ?? whole;
  });
}

function rawUnicode(line: string): string {
  return line.replaceAll(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short?: string, wide?: string) => {
    const code = Number.parseInt((short ?? wide)!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
