// Everything a command touches outside its arguments, so that a test can hand in its own.

/** A stream that takes text: `process.stdout`, or an array in a test. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
}

export interface World {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly now: () => Date;
  readonly fetch: typeof fetch;
}

/** The world of this process. A closed pipe behind stdout (`tunesmith runs list | head -1`) is not an error. */
export function processWorld(): World {
  process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EPIPE") throw cause;
  });
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    workingDirectory: process.cwd(),
    now: () => new Date(),
    fetch: globalThis.fetch,
  };
}
