// A piece of a checkpoint written as what changed since another one. Numbers that an optimizer moves a little differ, as integers, by
// little: the difference is folded so that small negative ones are small too (0, -1, 1, -2 … become 0, 1, 2, 3 …), bytes of equal weight
// are put together into planes, and each plane is packed by DEFLATE with run lengths and Huffman codes only. On checkpoints of AdamW that
// is smaller than exclusive-or (by a tenth) and than DEFLATE's search for matches, and faster (docs/formats/large-files.md has figures).
import { promisify } from "node:util";
import { constants, deflateRaw, inflateRaw } from "node:zlib";

// All of a plane at once: every piece of output costs a round through the thread pool.
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
  const planes = await Promise.all(splitPlanes(bytes, base, chosen).map(packPlane));
  return { width: chosen, planes };
}

/** The inverse of {@link encodeBlock}. @throws Error for planes that are damaged or too long */
export async function decodeBlock({ width, planes }: EncodedBlock, length: number, base: Uint8Array | undefined): Promise<Uint8Array> {
  const lengths = planeLengths(length, width);
  const unpacked = await Promise.all(planes.map((plane, index) => unpackPlane(plane, lengths[index]!)));
  return joinPlanes(unpacked, base, width, length);
}

/** How many bytes each plane of a block has. */
export function planeLengths(length: number, width: number): readonly number[] {
  return Array.from({ length: width }, (_, plane) => Math.ceil((length - plane) / width));
}

async function packPlane(plane: Uint8Array): Promise<Uint8Array> {
  const bits = bitsPerByte(plane);
  if (bits === 0 && plane.every((byte) => byte === 0)) return new Uint8Array(0);
  if (bits > MOST_BITS) return plane;
  const packed = await pack(plane, { strategy: constants.Z_RLE, level: 6, memLevel: 9, chunkSize: Math.max(64, plane.byteLength) });
  return packed.byteLength < plane.byteLength ? packed : plane;
}

async function unpackPlane(plane: Uint8Array, length: number): Promise<Uint8Array> {
  if (plane.byteLength === length) return plane;
  if (plane.byteLength === 0) return new Uint8Array(length);
  const bytes = await unpack(plane, { maxOutputLength: length, chunkSize: Math.max(64, length + 1) });
  if (bytes.byteLength !== length) throw new RangeError(`a plane has ${bytes.byteLength} bytes, ${length} are needed`);
  return bytes;
}

/** The width under which a sample takes the fewest bits. */
function chooseWidth(bytes: Uint8Array, base: Uint8Array | undefined): Width {
  const start = Math.max(0, Math.floor((bytes.byteLength - SAMPLE) / 8) * 4);
  const end = Math.min(bytes.byteLength, start + SAMPLE);
  const costs = WIDTHS.map((width) => {
    const sample = bytes.subarray(start, end);
    return splitPlanes(sample, base?.subarray(start, end), width).reduce((sum, plane) => sum + plane.byteLength * bitsPerByte(plane), 0);
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

/** Planes of the bytes themselves or, with a base, of the folded differences. One pass: this is what takes the time. */
function splitPlanes(bytes: Uint8Array, base: Uint8Array | undefined, width: Width): readonly Uint8Array[] {
  const count = Math.floor(bytes.byteLength / width);
  const planes = planeLengths(bytes.byteLength, width).map((length) => new Uint8Array(length));
  const [first, second, third, fourth] = planes as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  if (width === 4) {
    const [ours, theirs] = [words(bytes, count), base === undefined ? undefined : words(base, count)];
    for (let index = 0; index < count; index += 1) {
      let value = ours[index]!;
      if (theirs !== undefined) {
        const difference = (value - theirs[index]!) | 0;
        value = (difference << 1) ^ (difference >> 31);
      }
      first[index] = value;
      second[index] = value >>> 8;
      third[index] = value >>> 16;
      fourth[index] = value >>> 24;
    }
  } else if (width === 2) {
    const [ours, theirs] = [halves(bytes, count), base === undefined ? undefined : halves(base, count)];
    for (let index = 0; index < count; index += 1) {
      let value = ours[index]!;
      if (theirs !== undefined) {
        const difference = ((value - theirs[index]!) << 16) >> 16;
        value = (difference << 1) ^ (difference >> 15);
      }
      first[index] = value;
      second[index] = value >>> 8;
    }
  } else {
    for (let index = 0; index < count; index += 1) first[index] = bytes[index]! - (base === undefined ? 0 : base[index]!);
  }
  // Bytes at the end that make no whole number: one for each of the first planes.
  for (let at = count * width; at < bytes.byteLength; at += 1) planes[at - count * width]![count] = bytes[at]! - (base === undefined ? 0 : base[at]!);
  return planes;
}

/** The inverse of {@link splitPlanes}. */
function joinPlanes(planes: readonly Uint8Array[], base: Uint8Array | undefined, width: Width, length: number): Uint8Array {
  const into = new Uint8Array(length);
  const count = Math.floor(length / width);
  const [first, second, third, fourth] = planes as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  if (width === 4) {
    const [to, theirs] = [words(into, count), base === undefined ? undefined : words(base, count)];
    for (let index = 0; index < count; index += 1) {
      const value = first[index]! | (second[index]! << 8) | (third[index]! << 16) | (fourth[index]! << 24);
      to[index] = theirs === undefined ? value : (((value >>> 1) ^ -(value & 1)) + theirs[index]!) | 0;
    }
  } else if (width === 2) {
    const [to, theirs] = [halves(into, count), base === undefined ? undefined : halves(base, count)];
    for (let index = 0; index < count; index += 1) {
      const value = first[index]! | (second[index]! << 8);
      to[index] = theirs === undefined ? value : ((value >>> 1) ^ -(value & 1)) + theirs[index]!;
    }
  } else {
    for (let index = 0; index < count; index += 1) into[index] = first[index]! + (base === undefined ? 0 : base[index]!);
  }
  for (let at = count * width; at < length; at += 1) into[at] = planes[at - count * width]![count]! + (base === undefined ? 0 : base[at]!);
  return into;
}

/** Views need addresses that are multiples of their width; bytes elsewhere are copied. */
function words(bytes: Uint8Array, count: number): Int32Array {
  return bytes.byteOffset % 4 === 0 ? new Int32Array(bytes.buffer, bytes.byteOffset, count) : new Int32Array(new Uint8Array(bytes.subarray(0, 4 * count)).buffer);
}

function halves(bytes: Uint8Array, count: number): Uint16Array {
  return bytes.byteOffset % 2 === 0 ? new Uint16Array(bytes.buffer, bytes.byteOffset, count) : new Uint16Array(new Uint8Array(bytes.subarray(0, 2 * count)).buffer);
}
