/** Measures pace over training time only: evaluation and saving are left out by `resume`. */
export interface TrainingClock {
  /** Call after each step with the steps done in all and the tokens of this one. */
  tick(done: number, tokens: number): { readonly tokensPerSecond: number; readonly secondsLeft: number };
  /** Call when training goes on after something else. */
  resume(): void;
}

export function createClock(totalSteps: number): TrainingClock {
  let since = performance.now();
  let milliseconds = 0;
  let tokens = 0;
  let counted = 0;
  return {
    tick(done, windowTokens) {
      const now = performance.now();
      milliseconds += now - since;
      since = now;
      tokens += windowTokens;
      counted += 1;
      return { tokensPerSecond: (1000 * tokens) / milliseconds, secondsLeft: ((totalSteps - done) * milliseconds) / counted / 1000 };
    },
    resume() {
      since = performance.now();
    },
  };
}
