// Keyed BLAKE3 of one message of up to 128 KiB, four of its 1 KiB leaves at a time. (O'Connor, Aumasson, Neves, Wilcox-O'Hearn: BLAKE3, 2020,
// sections 2.4 to 2.6.)
import { createKeyed } from "@huggingface/blake3-jit";
import { compileBlake3, type Blake3Kernel } from "./blake3-kernel.ts";

export const MOST_MESSAGE_BYTES = 1 << 17;
const [LEAF_BYTES, BLOCK_BYTES, VALUE_BYTES, LANES] = [1024, 64, 32, 4];
const [CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED_HASH] = [1, 2, 4, 8, 16];

/** Where things lie in the memory of the kernel. Room is left behind message and values: lanes without an input read there. */
const KEY = 0;
const CHAINING = 128;
const SPARE = 256;
const VALUES = 320;
const MESSAGE = VALUES + VALUE_BYTES * (MOST_MESSAGE_BYTES / LEAF_BYTES) + 1024;
const PAGES = Math.ceil((MESSAGE + MOST_MESSAGE_BYTES + LANES * LEAF_BYTES) / 65_536);

/** Hashes under one key; 32 bytes. `compile` is exchanged in tests. */
export function createBlake3(key: Uint8Array, compile: (pages: number) => Blake3Kernel | undefined = compileBlake3): (message: Uint8Array) => Uint8Array {
  const kernel = compile(PAGES);
  if (kernel === undefined) {
    const hasher = createKeyed(key);
    return (message) => hasher.reset().update(message).finalize(VALUE_BYTES);
  }
  const bytes = new Uint8Array(kernel.memory.buffer);
  const words = new Uint32Array(new Uint8Array(key).buffer);
  new Uint32Array(kernel.memory.buffer, KEY, 32).forEach((_, index, all) => (all[index] = words[index >>> 2]!));
  return (message) => {
    if (message.byteLength > MOST_MESSAGE_BYTES) throw new RangeError(`Cannot hash ${message.byteLength} bytes: at most ${MOST_MESSAGE_BYTES} fit`);
    bytes.set(message, MESSAGE);
    const leaves = hashLeaves(kernel, bytes, message.byteLength);
    return bytes.slice(hashParents(kernel, bytes, leaves), VALUES + VALUE_BYTES);
  };
}

/** Chaining values of all leaves, one after the other from `VALUES` on. @returns how many */
function hashLeaves(kernel: Blake3Kernel, bytes: Uint8Array, length: number): number {
  const full = Math.floor(length / LEAF_BYTES);
  const leaves = Math.max(1, Math.ceil(length / LEAF_BYTES));
  for (let leaf = 0; leaf < full; leaf += LANES) hashGroup(kernel, bytes, leaf, LEAF_BYTES, leaves === 1);
  // The last one is shorter: it is hashed by itself, in the first lane.
  if (leaves > full) hashGroup(kernel, bytes, full, length - full * LEAF_BYTES, leaves === 1);
  return leaves;
}

/** Up to four leaves of one length, from `leaf` on. */
function hashGroup(kernel: Blake3Kernel, bytes: Uint8Array, leaf: number, length: number, isRoot: boolean): void {
  const start = MESSAGE + leaf * LEAF_BYTES;
  const blocks = Math.max(1, Math.ceil(length / BLOCK_BYTES));
  // What is left of an earlier message is no part of the last block.
  bytes.fill(0, start + length, start + blocks * BLOCK_BYTES);
  bytes.copyWithin(CHAINING, KEY, KEY + 128);
  for (let block = 0; block < blocks; block += 1) {
    const isLast = block === blocks - 1;
    const flags = KEYED_HASH | (block === 0 ? CHUNK_START : 0) | (isLast ? CHUNK_END | (isRoot ? ROOT : 0) : 0);
    kernel.compress(CHAINING, start + block * BLOCK_BYTES, LEAF_BYTES, leaf, 1, isLast ? length - block * BLOCK_BYTES : BLOCK_BYTES, flags);
  }
  kernel.gather(CHAINING, VALUES + leaf * VALUE_BYTES);
}

/** Pairs become parents, level by level; a last one without a partner goes up as it is. @returns where the root's value is */
function hashParents(kernel: Blake3Kernel, bytes: Uint8Array, leaves: number): number {
  for (let count = leaves; count > 1; count = Math.ceil(count / 2)) {
    const pairs = count >>> 1;
    // Four parents are written even where there is one: what goes up as it is must not be among what they overwrite.
    bytes.copyWithin(SPARE, VALUES + (count - 1) * VALUE_BYTES, VALUES + count * VALUE_BYTES);
    for (let pair = 0; pair < pairs; pair += LANES) {
      bytes.copyWithin(CHAINING, KEY, KEY + 128);
      kernel.compress(CHAINING, VALUES + pair * BLOCK_BYTES, BLOCK_BYTES, 0, 0, BLOCK_BYTES, KEYED_HASH | PARENT | (count === 2 ? ROOT : 0));
      kernel.gather(CHAINING, VALUES + pair * VALUE_BYTES);
    }
    if (count % 2 === 1) bytes.copyWithin(VALUES + pairs * VALUE_BYTES, SPARE, SPARE + VALUE_BYTES);
  }
  return VALUES;
}
