import type { Pointer } from "../ffi/index.ts";
import type { ImportanceMatrix } from "./importance.ts";
import type { Llama } from "./native.ts";

/** Bytes of `struct llama_model_imatrix_data` (llama.h): a name, the values, and how many they are. */
const ENTRY_BYTES = 24;

/** Hands over an importance matrix as the array in C memory that llama's quantizer reads, null for none, and frees it afterwards. */
export async function withImportance<T>({ koffi }: Llama, importance: ImportanceMatrix | undefined, act: (imatrix: Pointer) => Promise<T>): Promise<T> {
  if (importance === undefined || importance.size === 0) return act(null);
  const pointers: bigint[] = [];
  const copy = (bytes: Uint8Array): bigint => {
    const pointer = koffi.alloc("uint8_t", bytes.length) as bigint;
    pointers.push(pointer);
    new Uint8Array(koffi.view(pointer, bytes.length)).set(bytes);
    return pointer;
  };
  try {
    // One entry more, all zero, ends the array.
    const entries = new BigUint64Array((ENTRY_BYTES / 8) * (importance.size + 1));
    [...importance].forEach(([name, values], index) => {
      const text = copy(new TextEncoder().encode(`${name}\0`));
      const numbers = copy(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      entries.set([text, numbers, BigInt(values.length)], 3 * index);
    });
    return await act(copy(new Uint8Array(entries.buffer)));
  } finally {
    for (const pointer of pointers) koffi.free(pointer);
  }
}
