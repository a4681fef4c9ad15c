// Native code can end the whole process (an assertion in C, a segmentation fault). Work that computes therefore runs in a child process:
// the parent sees a signal, keeps its own state, and reports an error that a person can act on.
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fromErrorRecord, type ErrorRecord } from "../../errors.ts";
import { engineCrashed } from "./errors.ts";

/** What a module run by {@link runIsolated} exports as `run`. */
export type IsolatedRun<Input, Event, Output> = (input: Input, context: IsolatedContext<Event>) => Promise<Output>;

export interface IsolatedContext<Event> {
  /** Sends an event to the parent. Structured-clone values, typed arrays included. */
  emit(event: Event): void;
  /** Aborted when the parent's signal is aborted, or the parent is gone. */
  readonly signal: AbortSignal;
}

export interface IsolateOptions<Event> {
  /** For the error message: "Training of run X". */
  readonly what: string;
  readonly onEvent?: (event: Event) => void;
  /** Called with the child's process id before it is given its work. */
  readonly onStart?: (pid: number) => void;
  /** Asks the child to stop gracefully. */
  readonly signal?: AbortSignal;
  /** Extra environment variables for the child. */
  readonly env?: Readonly<Record<string, string>>;
}

export type ChildMessage<Event, Output> = { readonly event: Event } | { readonly output: Output } | { readonly error: ErrorRecord };
export type ParentMessage<Input> = { readonly input: Input } | { readonly cancel: true };

/**
 * Runs `run(input, context)` of the module at `moduleUrl` (absolute, without extension: `siblingModule`) in a child process.
 * @throws what the child threw, as a TunesmithError with the same code; what `onEvent` threw; `engine.crashed` when the child died
 */
export function runIsolated<Input, Event, Output>(moduleUrl: string, input: Input, options: IsolateOptions<Event>): Promise<Output> {
  const main = siblingModule(import.meta.url, "./isolated-main");
  const child = fork(fileURLToPath(main), [moduleUrl], {
    execArgv: main.endsWith(".ts") ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] : [],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    env: { ...process.env, GGML_NO_BACKTRACE: "1", ...options.env },
  });
  const send = (message: ParentMessage<Input>) => {
    if (child.connected) child.send(message);
  };
  const cancel = () => send({ cancel: true });

  return new Promise<Output>((resolve, reject) => {
    let settled = false;
    let stderr = "";
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      options.signal?.removeEventListener("abort", cancel);
      act();
    };
    // What the caller does with an event may fail (a full disk): then the work is in vain.
    const tell = (act: () => void) => {
      try {
        if (!settled) act();
      } catch (thrown) {
        settle(() => reject(thrown));
        child.kill("SIGKILL");
      }
    };
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-8192);
    });
    child.on("error", (cause) => settle(() => reject(engineCrashed(options.what, cause.message, stderr))));
    child.on("message", (message: ChildMessage<Event, Output>) => {
      if ("event" in message) tell(() => options.onEvent?.(message.event));
      else if ("output" in message) settle(() => resolve(message.output));
      else settle(() => reject(fromErrorRecord(message.error)));
    });
    child.on("close", (code, signal) => settle(() => reject(engineCrashed(options.what, signal ?? `exit code ${code}`, stderr))));
    options.signal?.addEventListener("abort", cancel);
    tell(() => child.pid !== undefined && options.onStart?.(child.pid));
    send({ input });
    if (options.signal?.aborted === true) cancel();
  });
}

/** The URL of a module beside this one, with the extension this code runs with (`.ts` from sources, `.js` when built). */
export function siblingModule(importMetaUrl: string, relative: string): string {
  return new URL(`${relative}${importMetaUrl.endsWith(".ts") ? ".ts" : ".js"}`, importMetaUrl).href;
}
