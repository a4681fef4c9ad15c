/** What a stored token accuracy means. */
export const TOKEN_ACCURACY_SIGNATURE = "token_accuracy|teacher_forced|end_token:scored|aggregate:sum/sum";

/**
 * Correct tokens over scored tokens of the whole corpus, 0 to 1; a token is correct when it is the argmax given the true text before it.
 * The same sum over sum as `mean_token_accuracy` of trl's SFTTrainer, not the mean of per-row means. NaN when nothing was scored.
 */
export function tokenAccuracy(correctTokens: number, scoredTokens: number): number {
  return correctTokens / scoredTokens;
}
