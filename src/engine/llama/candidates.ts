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
  /** Takes out the candidates that a sampler made impossible and says how many are left. */
  dropImpossible(): number;
  readonly left: readonly number[];
  /** The candidate a sampler chose. */
  readonly chosen: number;
  free(): void;
}

export function allocateCandidates({ koffi }: Llama, capacity: number): Candidates {
  const own = koffi.alloc("uint8_t", capacity * TOKEN_BYTES) as bigint;
  const pointer = koffi.alloc("uint64_t", 4) as bigint;
  // Fields of the array, 8 bytes each: address of the tokens, their number, the index chosen, whether they are sorted.
  const fields = new BigInt64Array(koffi.view(pointer, 32));
  const viewTokens = (address: bigint, size: number) => {
    const memory = koffi.view(address, size * TOKEN_BYTES);
    return { ids: new Int32Array(memory), logits: new Float32Array(memory) };
  };
  // One view for all: V8 counts every view as memory of its own and would collect garbage all the time.
  const ownTokens = viewTokens(own, capacity);
  /** Samplers may put the tokens elsewhere. */
  const tokens = () => {
    const [address = 0n, size = 0n] = fields;
    return { ...(address === own ? ownTokens : viewTokens(address, Math.max(1, Number(size)))), size: Number(size) };
  };
  let alive = true;
  return {
    pointer,
    fill(ids, logitOf) {
      const { ids: idWords, logits: logitWords } = ownTokens;
      let size = 0;
      for (const id of ids) {
        idWords[size * TOKEN_WORDS] = id;
        logitWords[size * TOKEN_WORDS + 1] = logitOf(id);
        logitWords[size * TOKEN_WORDS + 2] = 0;
        size += 1;
      }
      fields.set([own, BigInt(size), -1n, 0n]);
    },
    dropImpossible() {
      const { ids, logits, size } = tokens();
      let kept = 0;
      for (let from = 0; from < size; from += 1) {
        const logit = logits[from * TOKEN_WORDS + 1]!;
        if (logit === -Infinity) continue;
        ids[kept * TOKEN_WORDS] = ids[from * TOKEN_WORDS]!;
        logits[kept * TOKEN_WORDS + 1] = logit;
        kept += 1;
      }
      fields[1] = BigInt(kept);
      return kept;
    },
    get left() {
      const { ids, size } = tokens();
      return Array.from({ length: size }, (_, index) => ids[index * TOKEN_WORDS]!);
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
