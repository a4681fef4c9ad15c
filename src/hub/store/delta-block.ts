// A piece of a checkpoint written as what changed since another one. Numbers that an optimizer moves a little differ, as integers, by
// little: the difference is folded so that small negative ones are small too (0, -1, 1, -2 … become 0, 1, 2, 3 …), bytes of equal weight
// are put together into planes, and each plane is packed by DEFLATE with run lengths and Huffman codes only. On checkpoints of AdamW that
// is smaller than exclusive-or (by a tenth) and than DEFLATE's search for matches, and faster (docs/formats/large-files.md has figures).
import { promisify } from "node:util";
import { constants, deflateRaw, inflateRaw } from "node:zlib";

const pack = promisify<Uint8Array, object, Buffer>(deflateRaw as never);
const unpack = promisify<Uint8Array, object, Buffer>(inflateRaw as never);

const WIDTHS = [1, 2, 4] as const;
/** Planes of more bits a byte are kept as they are: packing takes time and gains nothing. */
const MOST_BITS = 7.9;
const SAMPLE = 1 << 14;

export type Width = (typeof WIDTHS)[number];

/** One piece: `stored` as it is, else `width` planes, each as long as `planes` says (0: all zero; full length: not packed). */
export interface EncodedBlock {
  readonly width: Width;
  readonly planes: readonly Uint8Array[];
}

/** Bytes of a number to try when nobody says. */
export function isWidth(value: number | undefined): value is Width {
  return value === 1 || value === 2 || value === 4;
}

/** Packs `bytes` as a difference to `base`, of equal length; without a base, as they are. */
export async function encodeBlock(bytes: Uint8Array, base: Uint8Array | undefined, width: number | undefined): Promise<EncodedBlock> {
  const chosen = isWidth(width) ? width : chooseWidth(bytes, base);
  const residual = base === undefined ? bytes : subtract(bytes, base, chosen);
  const planes = await Promise.all(splitPlanes(residual, chosen).map(packPlane));
  return { width: chosen, planes };
}

/** The inverse of {@link encodeBlock}. @throws Error for planes that are damaged or too long */
export async function decodeBlock({ width, planes }: EncodedBlock, length: number, base: Uint8Array | undefined): Promise<Uint8Array> {
  const lengths = planeLengths(length, width);
  const unpacked = await Promise.all(planes.map((plane, index) => unpackPlane(plane, lengths[index]!)));
  const residual = joinPlanes(unpacked, length);
  return base === undefined ? residual : add(residual, base, width);
}

/** How many bytes each plane of a block has. */
export function planeLengths(length: number, width: number): readonly number[] {
  return Array.from({ length: width }, (_, plane) => Math.ceil((length - plane) / width));
}

async function packPlane(plane: Uint8Array): Promise<Uint8Array> {
  const bits = bitsPerByte(plane);
  if (bits === 0 && plane.every((byte) => byte === 0)) return new Uint8Array(0);
  if (bits > MOST_BITS) return plane;
  const packed = await pack(plane, { strategy: constants.Z_RLE, level: 6, memLevel: 9 });
  return packed.byteLength < plane.byteLength ? packed : plane;
}

async function unpackPlane(plane: Uint8Array, length: number): Promise<Uint8Array> {
  if (plane.byteLength === length) return plane;
  if (plane.byteLength === 0) return new Uint8Array(length);
  const bytes = await unpack(plane, { maxOutputLength: length, chunkSize: Math.max(64, length) });
  if (bytes.byteLength !== length) throw new RangeError(`a plane has ${bytes.byteLength} bytes, ${length} are needed`);
  return bytes;
}

/** The width under which a sample takes the fewest bits. */
function chooseWidth(bytes: Uint8Array, base: Uint8Array | undefined): Width {
  const start = Math.max(0, Math.floor((bytes.byteLength - SAMPLE) / 8) * 4);
  const end = Math.min(bytes.byteLength, start + SAMPLE);
  const costs = WIDTHS.map((width) => {
    const sample = bytes.subarray(start, end);
    const residual = base === undefined ? sample : subtract(sample, base.subarray(start, end), width);
    return splitPlanes(residual, width).reduce((sum, plane) => sum + plane.byteLength * bitsPerByte(plane), 0);
  });
  return WIDTHS[costs.indexOf(Math.min(...costs))]!;
}

/** Entropy of the first bytes of a plane, in bits. */
function bitsPerByte(plane: Uint8Array): number {
  const counts = new Uint32Array(256);
  const length = Math.min(plane.byteLength, SAMPLE);
  for (let index = 0; index < length; index += 1) counts[plane[index]!]! += 1;
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / length) * Math.log2(count / length)), 0);
}

function splitPlanes(bytes: Uint8Array, width: Width): readonly Uint8Array[] {
  if (width === 1) return [bytes];
  const { byteLength } = bytes;
  return planeLengths(byteLength, width).map((length, plane) => {
    const into = new Uint8Array(length);
    for (let from = plane, to = 0; from < byteLength; from += width) into[to++] = bytes[from]!;
    return into;
  });
}

function joinPlanes(planes: readonly Uint8Array[], length: number): Uint8Array {
  if (planes.length === 1) return planes[0]!;
  const into = new Uint8Array(length);
  planes.forEach((bytes, plane) => {
    for (let to = plane, from = 0; to < length; to += planes.length) into[to] = bytes[from++]!;
  });
  return into;
}

/** Bytes that make no whole number at the end are subtracted one by one. */
function subtract(bytes: Uint8Array, base: Uint8Array, width: Width): Uint8Array {
  const into = new Uint8Array(bytes.byteLength);
  const whole = bytes.byteLength - (bytes.byteLength % width);
  if (width === 4) {
    const [a, b, to] = [words(bytes, whole), words(base, whole), new Uint32Array(into.buffer, 0, whole / 4)];
    for (let index = 0; index < to.length; index += 1) {
      const difference = (a[index]! - b[index]!) | 0;
      to[index] = (difference << 1) ^ (difference >> 31);
    }
  } else if (width === 2) {
    const [a, b, to] = [halves(bytes, whole), halves(base, whole), new Uint16Array(into.buffer, 0, whole / 2)];
    for (let index = 0; index < to.length; index += 1) {
      const difference = ((a[index]! - b[index]!) << 16) >> 16;
      to[index] = (difference << 1) ^ (difference >> 15);
    }
  }
  for (let index = width === 1 ? 0 : whole; index < into.length; index += 1) into[index] = bytes[index]! - base[index]!;
  return into;
}

function add(residual: Uint8Array, base: Uint8Array, width: Width): Uint8Array {
  const into = new Uint8Array(residual.byteLength);
  const whole = residual.byteLength - (residual.byteLength % width);
  if (width === 4) {
    const [a, b, to] = [words(residual, whole), words(base, whole), new Uint32Array(into.buffer, 0, whole / 4)];
    for (let index = 0; index < to.length; index += 1) to[index] = ((a[index]! >>> 1) ^ -(a[index]! & 1)) + b[index]!;
  } else if (width === 2) {
    const [a, b, to] = [halves(residual, whole), halves(base, whole), new Uint16Array(into.buffer, 0, whole / 2)];
    for (let index = 0; index < to.length; index += 1) to[index] = ((a[index]! >>> 1) ^ -(a[index]! & 1)) + b[index]!;
  }
  for (let index = width === 1 ? 0 : whole; index < into.length; index += 1) into[index] = residual[index]! + base[index]!;
  return into;
}

/** Views need addresses that are multiples of their width; bytes elsewhere are copied. */
function words(bytes: Uint8Array, length: number): Uint32Array {
  return bytes.byteOffset % 4 === 0 ? new Uint32Array(bytes.buffer, bytes.byteOffset, length / 4) : new Uint32Array(new Uint8Array(bytes.subarray(0, length)).buffer);
}

function halves(bytes: Uint8Array, length: number): Uint16Array {
  return bytes.byteOffset % 2 === 0 ? new Uint16Array(bytes.buffer, bytes.byteOffset, length / 2) : new Uint16Array(new Uint8Array(bytes.subarray(0, length)).buffer);
}
