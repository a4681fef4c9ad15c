// Corpus perplexity: one exponential of one mean over all scored tokens. Hugging Face `evaluate` averages the perplexities of the texts
// instead, and llama-perplexity scores only the second half of each chunk: neither compares with this number.

/** What a stored loss means. */
export const LOSS_SIGNATURE = "loss|nats/token|teacher_forced|end_token:scored|aggregate:sum/sum";
/** What a stored perplexity means. */
export const PERPLEXITY_SIGNATURE = "perplexity|exp(loss)|teacher_forced|end_token:scored|aggregate:sum/sum";

/** Mean negative log-likelihood in nats a token: `nll` is the sum over all scored tokens. NaN when nothing was scored. */
export function meanLoss(nll: number, scoredTokens: number): number {
  return nll / scoredTokens;
}

/** `exp(nll / scoredTokens)`, 1 to infinity. A uniform guess over V tokens has perplexity V. */
export function perplexity(nll: number, scoredTokens: number): number {
  return Math.exp(meanLoss(nll, scoredTokens));
}
