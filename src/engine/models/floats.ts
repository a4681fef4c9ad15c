// Half-precision numbers as bytes, rounded to nearest even. Little-endian, like every machine Node runs on here.

/** IEEE binary16 → f32 by table: all 65,536 values. */
let halfTable: Float32Array | undefined;

/** Values of little-endian binary16 bytes. */
export function f16ToF32(bytes: Uint8Array): Float32Array {
  const table = (halfTable ??= makeHalfTable());
  const halves = view16(bytes);
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]!]!;
  return values;
}

/** Values of little-endian bfloat16 bytes. */
export function bf16ToF32(bytes: Uint8Array): Float32Array {
  const halves = view16(bytes);
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Values of little-endian f32 bytes; a view where alignment allows. */
export function bytesToF32(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** Little-endian binary16 bytes; overflow becomes infinity. */
export function f32ToF16(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) halves[i] = halfBits(bits[i]!);
  return new Uint8Array(halves.buffer);
}

/** Little-endian bfloat16 bytes. */
export function f32ToBf16(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i]!;
    halves[i] = (x & 0x7fffffff) > 0x7f800000 ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return new Uint8Array(halves.buffer);
}

/** Little-endian binary16 bytes of bfloat16 ones. */
export function bf16ToF16(bytes: Uint8Array): Uint8Array {
  brainToHalf ??= view16(f32ToF16(bf16ToF32(allBits())));
  return lookUp(brainToHalf, bytes);
}

/** Little-endian bfloat16 bytes of binary16 ones. */
export function f16ToBf16(bytes: Uint8Array): Uint8Array {
  halfToBrain ??= view16(f32ToBf16(f16ToF32(allBits())));
  return lookUp(halfToBrain, bytes);
}

let brainToHalf: Uint16Array | undefined;
let halfToBrain: Uint16Array | undefined;

function allBits(): Uint8Array {
  return new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer);
}

/** Two values at a time; a last odd one by itself. */
function lookUp(table: Uint16Array, bytes: Uint8Array): Uint8Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const from = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
  const translated = new Uint8Array(bytes.byteLength);
  const to = new Uint32Array(translated.buffer, 0, from.length);
  for (let i = 0; i < from.length; i++) {
    const pair = from[i]!;
    to[i] = table[pair & 0xffff]! | (table[pair >>> 16]! << 16);
  }
  const last = bytes.byteLength - 2;
  if (bytes.byteLength % 4 === 2) new Uint16Array(translated.buffer)[last / 2] = table[bytes[last]! | (bytes[last + 1]! << 8)]!;
  return translated;
}

/** The bytes of f32 values; a view. */
export function f32ToBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function halfBits(x: number): number {
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65,536 and above
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  // Below 2^-14: adding 0.5 lets the hardware round at the last bit a subnormal half has.
  scratchBits[0] = magnitude;
  scratch[0] = scratch[0]! + 0.5;
  return sign | (scratchBits[0] - 0x3f000000);
}

function makeHalfTable(): Float32Array {
  return Float32Array.from({ length: 65_536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

function view16(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}
