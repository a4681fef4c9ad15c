// Long work without a pause in it, cut into steps: whoever runs it may show how far it is, and stop it between two of them.

/** Work that yields how much of it is done, in what it counts, and returns its result. */
export type Steps<T> = Generator<number, T, void>;

/** All of it at once. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** The same work as a part of another, of which so much is done before. */
export function* after<T>(done: number, steps: Steps<T>): Steps<T> {
  try {
    for (;;) {
      const next = steps.next();
      if (next.done === true) return next.value;
      yield done + next.value;
    }
  } finally {
    // Whoever stops the whole stops this part too, so that it can tidy up.
    steps.return(undefined as T);
  }
}
