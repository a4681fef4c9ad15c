// The compression function of BLAKE3 for four inputs side by side, as a WebAssembly module with 128-bit vectors: one lane an input. A keyed
// hash of 64 KiB takes a fifth of the time of @huggingface/blake3-jit, which has vectors only for hashes without a key. (O'Connor, Aumasson,
// Neves, Wilcox-O'Hearn: BLAKE3, 2020, sections 2.1 and 5.3.)
const IV = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const ROUNDS = 7;
/** Columns, then diagonals. */
const MIXES = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15], [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]] as const;

/** The part of the engine that is used here; the types of Node 20 have none of it. */
interface Engine {
  readonly Memory: new (size: { readonly initial: number }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

interface KernelMemory {
  readonly buffer: ArrayBuffer;
}

/** Exports of the module. Addresses are in `memory`. */
export interface Blake3Kernel {
  readonly memory: KernelMemory;
  /**
   * One block of each lane.
   * @param chaining in and out: 8 vectors, word by word
   * @param message the first lane's 64 bytes; the next lane's lie `stride` further
   * @param counter of the first lane; `step` more for each next one
   */
  compress(chaining: number, message: number, stride: number, counter: number, step: number, length: number, flags: number): void;
  /** Turns 8 vectors into four chaining values of 32 bytes, one after the other. */
  gather(chaining: number, out: number): void;
}

/** Undefined where the engine has no vectors. */
export function compileBlake3(pages: number): Blake3Kernel | undefined {
  const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly: Engine };
  try {
    const memory = new engine.Memory({ initial: pages });
    const { exports } = new engine.Instance(new engine.Module(encodeModule(pages)), { m: { m: memory } });
    return { memory, ...(exports as Pick<Blake3Kernel, "compress" | "gather">) };
  } catch {
    return undefined;
  }
}

type Code = readonly number[];

const [I32, V128] = [0x7f, 0x7b];
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
const load = (offset: number): Code => [0xfd, 0x00, 0x00, ...unsigned(offset)];
const store = (offset: number): Code => [0xfd, 0x0b, 0x00, ...unsigned(offset)];
const integer = (value: number): Code => [0x41, ...signed(value)];
const vector = (words: readonly number[]): Code => [0xfd, 0x0c, ...new Uint8Array(Uint32Array.from(words).buffer)];
const [ADD, MULTIPLY, XOR, OR, SPLAT, SHIFT_LEFT, SHIFT_RIGHT, ADD_SCALAR]: readonly Code[] = [[0xfd, 0xae, 0x01], [0xfd, 0xb5, 0x01], [0xfd, 0x51], [0xfd, 0x50], [0xfd, 0x11], [0xfd, 0xab, 0x01], [0xfd, 0xad, 0x01], [0x6a]] as const;
/** Four words out of the eight of two vectors. */
const pick = (words: readonly number[]): Code => [0xfd, 0x0d, ...words.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte))];

function rotateRight(local: number, bits: number): Code {
  if (bits % 8 === 0) return [...get(local), ...get(local), 0xfd, 0x0d, ...[0, 4, 8, 12].flatMap((word) => [0, 1, 2, 3].map((byte) => word + ((byte + bits / 8) % 4)))];
  return [...get(local), ...integer(bits), ...SHIFT_RIGHT!, ...get(local), ...integer(32 - bits), ...SHIFT_LEFT!, ...OR!];
}

/** Four vectors of four words each become vectors of their first, second, third and fourth words. */
function transpose(from: readonly number[], to: readonly number[], scratch: readonly number[]): Code {
  const [a, b, c, d] = from as [number, number, number, number];
  const [e, f, g, h] = scratch as [number, number, number, number];
  const pairs: readonly (readonly [number, number, number, readonly number[]])[] = [
    [a, b, e, [0, 4, 1, 5]], [c, d, f, [0, 4, 1, 5]], [a, b, g, [2, 6, 3, 7]], [c, d, h, [2, 6, 3, 7]],
    [e, f, to[0]!, [0, 1, 4, 5]], [e, f, to[1]!, [2, 3, 6, 7]], [g, h, to[2]!, [0, 1, 4, 5]], [g, h, to[3]!, [2, 3, 6, 7]],
  ];
  return pairs.flatMap(([left, right, into, words]) => [...get(left), ...get(right), ...pick(words), ...set(into)]);
}

function encodeCompress(): Code {
  const [chaining, message, stride, counter, step, length, flags] = [0, 1, 2, 3, 4, 5, 6] as const;
  const lanes = [message, 7, 8, 9];
  const [words, state, scratch] = [10, 26, 42].map((first) => Array.from({ length: 16 }, (_, index) => first + index)) as [number[], number[], number[]];
  const code: number[] = [];
  for (const lane of [1, 2, 3]) code.push(...get(lanes[lane - 1]!), ...get(stride), ...ADD_SCALAR!, ...set(lanes[lane]!));
  for (const group of [0, 1, 2, 3]) {
    for (const lane of [0, 1, 2, 3]) code.push(...get(lanes[lane]!), ...load(16 * group), ...set(scratch[lane]!));
    code.push(...transpose(scratch.slice(0, 4), words.slice(4 * group, 4 * group + 4), scratch.slice(4, 8)));
  }
  for (let word = 0; word < 8; word += 1) code.push(...get(chaining), ...load(16 * word), ...set(state[word]!));
  for (let word = 0; word < 4; word += 1) code.push(...integer(IV[word]! | 0), ...SPLAT!, ...set(state[8 + word]!));
  code.push(...get(counter), ...SPLAT!, ...get(step), ...SPLAT!, ...vector([0, 1, 2, 3]), ...MULTIPLY!, ...ADD!, ...set(state[12]!));
  code.push(...integer(0), ...SPLAT!, ...set(state[13]!), ...get(length), ...SPLAT!, ...set(state[14]!), ...get(flags), ...SPLAT!, ...set(state[15]!));
  let order = Array.from({ length: 16 }, (_, index) => index);
  for (let round = 0; round < ROUNDS; round += 1) {
    MIXES.forEach((places, mix) => {
      const [a, b, c, d] = places.map((place) => state[place]!) as [number, number, number, number];
      for (const [half, [first, second]] of [[16, 12], [8, 7]].entries()) {
        code.push(...get(a), ...get(b), ...ADD!, ...get(words[order[2 * mix + half]!]!), ...ADD!, ...set(a));
        code.push(...get(d), ...get(a), ...XOR!, ...set(d), ...rotateRight(d, first!), ...set(d));
        code.push(...get(c), ...get(d), ...ADD!, ...set(c));
        code.push(...get(b), ...get(c), ...XOR!, ...set(b), ...rotateRight(b, second!), ...set(b));
      }
    });
    order = PERMUTATION.map((place) => order[place]!);
  }
  for (let word = 0; word < 8; word += 1) code.push(...get(chaining), ...get(state[word]!), ...get(state[8 + word]!), ...XOR!, ...store(16 * word));
  return body([[3, I32], [48, V128]], code);
}

function encodeGather(): Code {
  const [chaining, out] = [0, 1];
  const code: number[] = [];
  for (const half of [0, 1]) {
    for (const word of [0, 1, 2, 3]) code.push(...get(chaining), ...load(64 * half + 16 * word), ...set(2 + word));
    code.push(...transpose([2, 3, 4, 5], [10, 11, 12, 13], [6, 7, 8, 9]));
    for (const lane of [0, 1, 2, 3]) code.push(...get(out), ...get(10 + lane), ...store(32 * lane + 16 * half));
  }
  return body([[12, V128]], code);
}

/** https://webassembly.github.io/spec/core/binary/modules.html */
function encodeModule(pages: number): Uint8Array<ArrayBuffer> {
  const name = (text: string): Code => [text.length, ...new TextEncoder().encode(text)];
  const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
  const parameters = (count: number): Code => [0x60, count, ...Array.from({ length: count }, () => I32), 0];
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, [2, ...parameters(7), ...parameters(2)]),
    ...section(2, [1, ...name("m"), ...name("m"), 0x02, 0x00, ...unsigned(pages)]),
    ...section(3, [2, 0, 1]),
    ...section(7, [2, ...name("compress"), 0, 0, ...name("gather"), 0, 1]),
    ...section(10, [2, ...encodeCompress(), ...encodeGather()]),
  ]);
}

function body(locals: readonly (readonly [count: number, type: number])[], code: Code): Code {
  const content = [locals.length, ...locals.flatMap(([count, type]) => [...unsigned(count), type]), ...code, 0x0b];
  return [...unsigned(content.length), ...content];
}

/** LEB128 */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const rest = value >> 7;
  const isLast = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}
