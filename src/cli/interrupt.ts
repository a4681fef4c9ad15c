/** Runs `act` with a signal that Ctrl-C aborts. */
export type Interrupt = <T>(act: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Where signals come from and what ends the process: `process`, or a fake in a test. */
export interface SignalSource {
  on(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  exit(code: number): void;
}

/** What a shell expects of a command that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** Makes the helper: the first Ctrl-C (or SIGTERM) aborts the signal and calls `onFirst`, the second ends the process at once. */
export function createInterrupt(source: SignalSource, onFirst: () => void): Interrupt {
  return async (act) => {
    const controller = new AbortController();
    const listener = () => {
      if (controller.signal.aborted) return source.exit(INTERRUPTED);
      onFirst();
      controller.abort();
    };
    source.on("SIGINT", listener);
    source.on("SIGTERM", listener);
    try {
      return await act(controller.signal);
    } finally {
      source.off("SIGINT", listener);
      source.off("SIGTERM", listener);
    }
  };
}
