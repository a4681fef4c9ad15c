// Answers held to a grammar: llama's grammar sampler says which tokens may come next. Asking it of a whole vocabulary costs more than
// computing a token on a small model; so the token that would be chosen freely is tried first, and only where the grammar refuses it are the
// others asked, and of those only the ones whose first byte may come next. Without top-k and top-p the choice is distributed as if all had
// been asked first: p + p(refused) p/p(allowed) = p/p(allowed).
import type { Pointer } from "../ffi/index.ts";
import { allocateCandidates, type Candidates } from "./candidates.ts";
import { llamaGrammarEnded, llamaGrammarInvalid } from "./errors.ts";
import { isNull, type Llama } from "./native.ts";
import type { OutputRow } from "./sequences.ts";
import { followUtf8, WHOLE } from "./utf8.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What all constraints of a session share. */
export interface ConstraintContext {
  readonly llama: Llama;
  readonly vocab: Pointer;
  readonly candidates: Candidates;
  /** Tokens that end the answer. */
  readonly ends: readonly number[];
  /** Control tokens write no text: a grammar, which would read their names, must not meet them. Those that end an answer are none of these. */
  isSpecial(id: number): boolean;
  /** Tokens that write text by their first byte. */
  readonly tokensByByte: readonly (readonly number[])[];
  /** Of each first byte the token that is nothing else: where it may not come next, no token that begins with it may. */
  readonly byteTokens: readonly (number | undefined)[];
  isEndOfGeneration(id: number): boolean;
  pieceOf(id: number): Uint8Array;
}

export interface Constraint {
  /** The token after those chosen so far. @throws `llama.grammar_ended` when the vocabulary cannot write what the grammar asks for */
  choose(row: OutputRow): number;
  free(): void;
}

const ATTRIBUTE_UNKNOWN = 1 << 0;
const ATTRIBUTE_CONTROL = 1 << 3;

export function openConstraints(llama: Llama, model: Pointer, { size, isEndOfGeneration, pieceOf }: Vocabulary): ConstraintContext & { free(): void } {
  const vocab = llama.functions.model_get_vocab(model);
  const isSpecial = (id: number) => !isEndOfGeneration(id) && (llama.functions.vocab_get_attr(vocab, id) & (ATTRIBUTE_UNKNOWN | ATTRIBUTE_CONTROL)) !== 0;
  const ends: number[] = [];
  const tokensByByte = Array.from({ length: 256 }, (): number[] => []);
  const byteTokens = Array.from({ length: 256 }, (): number | undefined => undefined);
  for (let id = 0; id < size; id += 1) {
    if (isEndOfGeneration(id)) ends.push(id);
    else if (!isSpecial(id)) {
      const [first, second] = pieceOf(id);
      if (first === undefined) continue;
      tokensByByte[first]!.push(id);
      if (second === undefined) byteTokens[first] ??= id;
    }
  }
  const candidates = allocateCandidates(llama, size);
  return { llama, vocab, candidates, ends, isSpecial, tokensByByte, byteTokens, isEndOfGeneration, pieceOf, free: candidates.free };
}

/** What chooses among tokens. */
export interface FreeSampler {
  readonly pointer: Pointer;
  /** The choice without a grammar. */
  sample(row: OutputRow): number;
}

/** Begins an answer. @throws `llama.grammar_invalid` */
export function beginConstraint(context: ConstraintContext, grammar: string, sampler: FreeSampler): Constraint {
  const { llama, candidates, ends, tokensByByte, byteTokens } = context;
  const { functions } = llama;
  const stopLog = llama.startLog();
  const held = functions.sampler_init_grammar(context.vocab, grammar, "root");
  const { reason } = stopLog();
  if (isNull(held)) throw llamaGrammarInvalid(reason);

  let state = WHOLE;
  /** llama takes bytes that spell a character too long for the character: they are refused here. An answer ends after a whole one. */
  const spells = (id: number) => (context.isEndOfGeneration(id) ? state.missing === 0 : followUtf8(state, context.pieceOf(id)) !== undefined);
  /** Makes these the candidates and takes out what the grammar refuses; says how many are left. */
  const ask = (ids: Iterable<number>, logitOf: (id: number) => number): number => {
    candidates.fill(ids, logitOf);
    functions.sampler_apply(held, candidates.pointer);
    return candidates.dropImpossible();
  };
  const isAllowed = (id: number) => !context.isSpecial(id) && spells(id) && ask([id], () => 0) === 1;
  const tokensThatMayBegin = (): number[] => {
    const lone = byteTokens.filter((id) => id !== undefined);
    ask(lone, () => 0);
    const allowed = new Set(candidates.left);
    return [...ends, ...tokensByByte.flatMap((ids, byte) => (byteTokens[byte] === undefined || allowed.has(byteTokens[byte]) ? ids : []))];
  };
  const chooseAllowed = (logits_V: Float32Array): number => {
    const ids = new Set(tokensThatMayBegin());
    while (true) {
      if (ask(ids, (id) => logits_V[id]!) === 0) throw llamaGrammarEnded();
      functions.sampler_apply(sampler.pointer, candidates.pointer);
      const { chosen } = candidates;
      if (spells(chosen)) return chosen;
      ids.delete(chosen);
    }
  };
  return {
    choose(row) {
      const wanted = sampler.sample(row);
      const id = isAllowed(wanted) ? wanted : chooseAllowed(row.logits_V());
      if (context.isEndOfGeneration(id)) return id;
      // llama aborts the process when it is told of a token that the grammar does not allow; this one is.
      functions.sampler_accept(held, id);
      state = followUtf8(state, context.pieceOf(id)) ?? WHOLE;
      return id;
    },
    free: () => functions.sampler_free(held),
  };
}
