// A llama_token_data_array in C memory (llama.h): the tokens that samplers choose from, written through views.
import type { Pointer } from "../ffi/index.ts";
import type { Llama } from "./native.ts";

/** Bytes of llama_token_data: id, logit, probability. */
const TOKEN_BYTES = 12;
const TOKEN_WORDS = TOKEN_BYTES / 4;

export interface Candidates {
  /** The array to hand to samplers. */
  readonly pointer: Pointer;
  /** Makes these the candidates, in this order. */
  fill(ids: Iterable<number>, logitOf: (id: number) => number): void;
  /** Takes out the candidates that a sampler made impossible, and those not to be kept, and says how many are left. */
  dropImpossible(keep?: (id: number) => boolean): number;
  /** The first candidate. */
  readonly first: { readonly id: number; readonly logit: number };
  /** The candidate a sampler chose. */
  readonly chosen: number;
  free(): void;
}

export function allocateCandidates({ koffi }: Llama, capacity: number): Candidates {
  const own = koffi.alloc("uint8_t", capacity * TOKEN_BYTES) as bigint;
  const pointer = koffi.alloc("uint64_t", 4) as bigint;
  // Fields of the array, 8 bytes each: address of the tokens, their number, the index chosen, whether they are sorted.
  const fields = new BigInt64Array(koffi.view(pointer, 32));
  /** Samplers may put the tokens elsewhere. */
  const tokens = () => {
    const [address = 0n, size = 0n] = fields;
    const memory = koffi.view(address, Math.max(1, Number(size)) * TOKEN_BYTES);
    return { ids: new Int32Array(memory), logits: new Float32Array(memory), size: Number(size) };
  };
  let alive = true;
  return {
    pointer,
    fill(ids, logitOf) {
      const memory = koffi.view(own, capacity * TOKEN_BYTES);
      const [idWords, logitWords] = [new Int32Array(memory), new Float32Array(memory)];
      let size = 0;
      for (const id of ids) {
        idWords[size * TOKEN_WORDS] = id;
        logitWords[size * TOKEN_WORDS + 1] = logitOf(id);
        logitWords[size * TOKEN_WORDS + 2] = 0;
        size += 1;
      }
      fields.set([own, BigInt(size), -1n, 0n]);
    },
    dropImpossible(keep = () => true) {
      const { ids, logits, size } = tokens();
      let kept = 0;
      for (let from = 0; from < size; from += 1) {
        const logit = logits[from * TOKEN_WORDS + 1]!;
        if (logit === -Infinity || !keep(ids[from * TOKEN_WORDS]!)) continue;
        ids[kept * TOKEN_WORDS] = ids[from * TOKEN_WORDS]!;
        logits[kept * TOKEN_WORDS + 1] = logit;
        kept += 1;
      }
      fields[1] = BigInt(kept);
      return kept;
    },
    get first() {
      const { ids, logits } = tokens();
      return { id: ids[0]!, logit: logits[1]! };
    },
    get chosen() {
      return tokens().ids[Number(fields[2]) * TOKEN_WORDS]!;
    },
    free() {
      if (!alive) return;
      alive = false;
      koffi.free(pointer);
      koffi.free(own);
    },
  };
}
