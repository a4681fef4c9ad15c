// Log-probabilities as chat and as completions write them.
import type { ChosenToken, TokenLogprob } from "../../engine/llama/index.ts";

/** JSON knows no infinity: a token that a bias has banned. */
const LEAST = -9999;

/** @returns what `choices[].logprobs` of a chat holds; null where none were asked for */
export function chatLogprobs(tokens: readonly ChosenToken[] | undefined): object | null {
  if (tokens === undefined) return null;
  const told = (token: TokenLogprob) => ({ token: textOf(token), logprob: Math.max(LEAST, token.logprob), bytes: [...token.bytes] });
  return { content: tokens.map((token) => ({ ...told(token), top_logprobs: token.top.map(told) })), refusal: null };
}

/** @returns what `choices[].logprobs` of a completion holds; null where none were asked for */
export function completionLogprobs(tokens: readonly ChosenToken[] | undefined): object | null {
  if (tokens === undefined) return null;
  const texts = tokens.map(textOf);
  const table = (told: readonly TokenLogprob[]) => Object.fromEntries(told.map((token) => [textOf(token), Math.max(LEAST, token.logprob)]));
  let offset = 0;
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logprob }) => Math.max(LEAST, logprob)),
    top_logprobs: tokens.every(({ top }) => top.length === 0) ? null : tokens.map((token) => ({ ...table([token]), ...table(token.top) })),
    text_offset: texts.map((text) => (offset += text.length) - text.length),
  };
}

/** What a token writes; part of a character becomes U+FFFD. */
function textOf({ bytes }: TokenLogprob): string {
  return new TextDecoder().decode(bytes);
}
