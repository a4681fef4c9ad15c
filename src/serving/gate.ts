// A door with so many places behind it and a bounded line in front of it, first come, first served.
import { generationCancelled, servingBusy, servingClosed } from "./errors.ts";

export interface Gate {
  readonly inside: number;
  readonly waiting: number;
  /**
   * Resolves with the function that gives the place back. Who is `expected`, as a later part of something that was let in, may wait however
   * long the line is. @throws `serving.busy` when the line is full, `serving.cancelled`, `serving.closed`
   */
  enter(signal?: AbortSignal, expected?: "expected"): Promise<() => void>;
  /** Turns away who waits and who comes. */
  close(): void;
}

export interface GateOptions {
  readonly places: number;
  readonly maxWaiting: number;
  /** Seconds until a place in the line may be free, for who is turned away. */
  readonly retryAfterSeconds: (waiting: number) => number;
}

interface Waiting {
  admit(): void;
  refuse(reason: Error): void;
}

export function createGate({ places, maxWaiting, retryAfterSeconds }: GateOptions): Gate {
  const line = new Set<Waiting>();
  let inside = 0;
  let closed = false;

  const takePlace = () => {
    inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      for (const next of line) {
        next.admit();
        break;
      }
    };
  };
  return {
    get inside() {
      return inside;
    },
    get waiting() {
      return line.size;
    },
    async enter(signal, expected) {
      if (closed) throw servingClosed();
      if (signal?.aborted === true) throw generationCancelled();
      if (inside < places) return takePlace();
      if (line.size >= maxWaiting && expected === undefined) throw servingBusy(line.size, retryAfterSeconds(line.size));
      return new Promise<() => void>((resolve, reject) => {
        const end = () => {
          line.delete(one);
          signal?.removeEventListener("abort", leave);
        };
        const one: Waiting = {
          admit() {
            end();
            resolve(takePlace());
          },
          refuse(reason) {
            end();
            reject(reason);
          },
        };
        const leave = () => one.refuse(generationCancelled());
        line.add(one);
        signal?.addEventListener("abort", leave);
      });
    },
    close() {
      closed = true;
      for (const one of line) one.refuse(servingClosed());
    },
  };
}
