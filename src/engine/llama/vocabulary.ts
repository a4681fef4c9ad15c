import type { Pointer } from "../ffi/index.ts";
import type { Llama } from "./native.ts";
import type { TokenizeOptions } from "./types.ts";

export interface Vocabulary {
  readonly size: number;
  readonly bosId?: number;
  readonly eosId?: number;
  readonly eotId?: number;
  readonly addBos: boolean;
  tokenize(text: string, options?: TokenizeOptions): number[];
  detokenize(ids: readonly number[]): string;
  /** Bytes of one token; none for a special token. */
  pieceOf(id: number): Uint8Array;
  isEndOfGeneration(id: number): boolean;
  longestTokenBytes(): number;
}

/** The tokenizer inside a GGUF file. The model must stay alive. */
export function readVocabulary({ functions }: Llama, model: Pointer): Vocabulary {
  const vocab = functions.model_get_vocab(model);
  const size = functions.vocab_n_tokens(vocab);
  const known = (id: number) => (id >= 0 ? id : undefined);
  return {
    size,
    bosId: known(functions.vocab_bos(vocab)),
    eosId: known(functions.vocab_eos(vocab)),
    eotId: known(functions.vocab_eot(vocab)),
    addBos: functions.vocab_get_add_bos(vocab),
    isEndOfGeneration: (id) => functions.vocab_is_eog(vocab, id),
    tokenize(text, { addSpecial = false, parseSpecial = false } = {}) {
      const bytes = new TextEncoder().encode(text);
      const into = (capacity: number) => {
        const ids = new Int32Array(capacity);
        return { ids, count: functions.tokenize(vocab, bytes, bytes.length, ids, capacity, addSpecial, parseSpecial) };
      };
      let { ids, count } = into(bytes.length + 8);
      if (count < 0) ({ ids, count } = into(-count));
      return Array.from(ids.subarray(0, count));
    },
    detokenize(ids) {
      const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= size);
      if (wrong !== undefined) throw new RangeError(`Token ${wrong} is outside the vocabulary of ${size}`);
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
        growing(8 * ids.length + 16, (buffer) => functions.detokenize(vocab, Int32Array.from(ids), ids.length, buffer, buffer.length, false, false)),
      );
    },
    longestTokenBytes() {
      const buffer = new Uint8Array(1024);
      // A token that needs more room gives the negative of it.
      const lengths = Array.from({ length: size }, (_, id) => Math.abs(functions.token_to_piece(vocab, id, buffer, buffer.length, 0, true)));
      return lengths.reduce((longest, length) => Math.max(longest, length), 0);
    },
    pieceOf: (id) => growing(64, (buffer) => functions.token_to_piece(vocab, id, buffer, buffer.length, 0, false)),
  };
}

/** Calls a C function that fills a buffer and returns the length, or the negative length it would have needed. */
export function growing(capacity: number, fill: (buffer: Uint8Array) => number): Uint8Array {
  let buffer = new Uint8Array(capacity);
  let length = fill(buffer);
  if (length < 0) {
    buffer = new Uint8Array(-length);
    length = fill(buffer);
  }
  return buffer.subarray(0, Math.max(0, length));
}
