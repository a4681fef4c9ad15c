// Answers held to a grammar: llama's grammar sampler says which tokens may come next. Asking it of a whole vocabulary costs more than
// computing the token on a small model; so the token that would be chosen freely is tried first, and only where the grammar refuses it are
// the others asked. Without top-k and top-p the choice is distributed as if all had been asked first: p + p(refused) p/p(allowed) = p/p(allowed).
import type { Pointer } from "../ffi/index.ts";
import { allocateCandidates, type Candidates } from "./candidates.ts";
import { llamaGrammarEnded, llamaGrammarInvalid } from "./errors.ts";
import { isNull, type Llama } from "./native.ts";
import type { OutputRow } from "./sequences.ts";
import { followUtf8, WHOLE } from "./utf8.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface ConstraintContext {
  readonly llama: Llama;
  readonly vocab: Pointer;
  /** Tokens that write text or end the answer; the others (control tokens) are spelled in no text, and a grammar must not meet them. */
  readonly writable: readonly number[];
  isWritable(id: number): boolean;
  readonly candidates: Candidates;
  isEndOfGeneration(id: number): boolean;
  pieceOf(id: number): Uint8Array;
}

export interface Constraint {
  /** The token after those chosen so far. @throws `llama.grammar_ended` when the vocabulary cannot write what the grammar asks for */
  choose(row: OutputRow): number;
  free(): void;
}

/** The most probable tokens that are asked first when the best of them is wanted. */
const FIRST_ASKED = 128;

const ATTRIBUTE_UNKNOWN = 1 << 0;
const ATTRIBUTE_CONTROL = 1 << 3;

export function openConstraints(llama: Llama, model: Pointer, { size, isEndOfGeneration, pieceOf }: Vocabulary): ConstraintContext & { free(): void } {
  const vocab = llama.functions.model_get_vocab(model);
  const isSpecial = (id: number) => (llama.functions.vocab_get_attr(vocab, id) & (ATTRIBUTE_UNKNOWN | ATTRIBUTE_CONTROL)) !== 0;
  const flags = Uint8Array.from({ length: size }, (_, id) => (isEndOfGeneration(id) || !isSpecial(id) ? 1 : 0));
  const writable = Array.from(flags.keys()).filter((id) => flags[id] === 1);
  const candidates = allocateCandidates(llama, size);
  return { llama, vocab, writable, isWritable: (id) => flags[id] === 1, candidates, isEndOfGeneration, pieceOf, free: candidates.free };
}

/** What chooses among tokens: the best one when `greedy`. */
export interface FreeSampler {
  readonly pointer: Pointer;
  readonly greedy: boolean;
  /** The choice without a grammar. */
  sample(row: OutputRow): number;
}

/** Begins an answer. @throws `llama.grammar_invalid` */
export function beginConstraint(context: ConstraintContext, grammar: string, sampler: FreeSampler): Constraint {
  const { llama, candidates, writable } = context;
  const { functions } = llama;
  const stopLog = llama.startLog();
  const held = functions.sampler_init_grammar(context.vocab, grammar, "root");
  const { reason } = stopLog();
  if (isNull(held)) throw llamaGrammarInvalid(reason);

  let state = WHOLE;
  /** llama takes bytes that spell a character too long for the character: they are refused here. An answer ends after a whole one. */
  const spells = (id: number) => (context.isEndOfGeneration(id) ? state.missing === 0 : followUtf8(state, context.pieceOf(id)) !== undefined);
  const isAllowed = (id: number): boolean => {
    if (!context.isWritable(id) || !spells(id)) return false;
    candidates.fill([id], () => 0);
    functions.sampler_apply(held, candidates.pointer);
    return candidates.first.logit !== -Infinity;
  };
  /** The best allowed token, when it is among the most probable. */
  const bestOfFirst = (logits_V: Float32Array): number | undefined => {
    const top = functions.sampler_init_top_k(FIRST_ASKED);
    candidates.fill(writable, (id) => logits_V[id]!);
    functions.sampler_apply(top, candidates.pointer);
    functions.sampler_free(top);
    functions.sampler_apply(held, candidates.pointer);
    return candidates.dropImpossible(spells) > 0 ? candidates.first.id : undefined;
  };
  /** Of all tokens. Within a character few are left to be looked at; elsewhere one that spells nothing is found out when it is chosen. */
  const chooseOfAll = (logits_V: Float32Array): number => {
    const refused = new Set<number>();
    while (true) {
      candidates.fill(writable, (id) => (refused.has(id) ? -Infinity : logits_V[id]!));
      functions.sampler_apply(held, candidates.pointer);
      if (candidates.dropImpossible(state.missing > 0 ? spells : undefined) === 0) throw llamaGrammarEnded();
      functions.sampler_apply(sampler.pointer, candidates.pointer);
      const { chosen } = candidates;
      if (spells(chosen)) return chosen;
      refused.add(chosen);
    }
  };
  return {
    choose(row) {
      const wanted = sampler.sample(row);
      const id = isAllowed(wanted) ? wanted : ((sampler.greedy ? bestOfFirst(row.logits_V()) : undefined) ?? chooseOfAll(row.logits_V()));
      if (context.isEndOfGeneration(id)) return id;
      // llama aborts the process when it is told of a token that the grammar does not allow; this one is.
      functions.sampler_accept(held, id);
      state = followUtf8(state, context.pieceOf(id)) ?? WHOLE;
      return id;
    },
    free: () => functions.sampler_free(held),
  };
}
