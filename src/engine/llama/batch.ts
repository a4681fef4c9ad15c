// The arrays of one llama_batch, allocated once in C memory and written through views. Every token belongs to one sequence.
import type { Pointer } from "../ffi/index.ts";
import type { Llama } from "./native.ts";

export interface TokenBatch {
  readonly capacity: number;
  readonly length: number;
  /** Output rows asked for so far. */
  readonly outputs: number;
  clear(): void;
  /** Appends one token; `output` asks for its logits. */
  push(token: number, position: number, sequence: number, output: boolean): void;
  /** The struct to pass by value. */
  toStruct(): Readonly<Record<string, Pointer | number>>;
  free(): void;
}

export function allocateBatch({ koffi }: Llama, capacity: number, sequences: number): TokenBatch {
  const pointers: bigint[] = [];
  const allocate = (type: string, count: number, elementBytes: number): { pointer: bigint; memory: ArrayBuffer } => {
    const pointer = koffi.alloc(type, count) as bigint;
    pointers.push(pointer);
    return { pointer, memory: koffi.view(pointer, count * elementBytes) };
  };
  const token = allocate("int32_t", capacity, 4);
  const pos = allocate("int32_t", capacity, 4);
  const sequenceCount = allocate("int32_t", capacity, 4);
  const sequencePointer = allocate("uint64_t", capacity, 8);
  const wanted = allocate("int8_t", capacity, 1);
  const sequenceIds = allocate("int32_t", sequences, 4);
  new Int32Array(sequenceCount.memory).fill(1);
  new Int32Array(sequenceIds.memory).set(Array.from({ length: sequences }, (_, id) => id));

  const tokens = new Int32Array(token.memory);
  const positions = new Int32Array(pos.memory);
  const owners = new BigUint64Array(sequencePointer.memory);
  const flags = new Int8Array(wanted.memory);
  let length = 0;
  let outputs = 0;
  return {
    capacity,
    get length() {
      return length;
    },
    get outputs() {
      return outputs;
    },
    clear() {
      length = 0;
      outputs = 0;
    },
    push(id, position, sequence, output) {
      if (length === capacity) throw new RangeError(`internal: the batch holds ${capacity} tokens`);
      tokens[length] = id;
      positions[length] = position;
      owners[length] = sequenceIds.pointer + BigInt(4 * sequence);
      flags[length] = output ? 1 : 0;
      length += 1;
      if (output) outputs += 1;
    },
    toStruct: () => ({
      n_tokens: length,
      token: token.pointer,
      embd: null,
      pos: pos.pointer,
      n_seq_id: sequenceCount.pointer,
      seq_id: sequencePointer.pointer,
      logits: wanted.pointer,
    }),
    free() {
      for (const pointer of pointers.splice(0)) koffi.free(pointer);
    },
  };
}
