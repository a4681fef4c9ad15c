// Starts the model process and turns its messages into promises. A crash in native code ends that process, not this one.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { siblingModule } from "../engine/ffi/index.ts";
import { fromErrorRecord, type ErrorRecord } from "../errors.ts";
import { modelCrashed, servingClosed } from "./errors.ts";
import type { EmbedInput, FromHost, HostAnswer, HostAsk, HostAsks, HostInfo, HostRequest, ModelHostOptions, Ranking, ToHost, Vectors } from "./host-messages.ts";

export interface GenerateContext {
  readonly signal?: AbortSignal;
  readonly onText?: (piece: string) => void;
  /** Set for a later part of a request that was let in already: a full line does not refuse it. */
  readonly expected?: "expected";
}

/** A loaded model in a process of its own. */
export interface ModelHost {
  readonly info: HostInfo;
  readonly processId: number | undefined;
  /** False once the process has ended. */
  readonly alive: boolean;
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<void>;
  /** @throws `serving.context_exceeded`, `serving.model_crashed` */
  generate(request: HostRequest, context?: GenerateContext): Promise<HostAnswer>;
  /** Resolves when there is room for the prompt and a token. @throws `serving.context_exceeded`, `serving.model_crashed` */
  check(prompt: HostAsks["check"]["ask"]): Promise<{ readonly promptTokens: number }>;
  /** @throws `serving.no_model` where it cannot, `serving.token_unknown`, `llama.context_exceeded`, `models.too_long`, `serving.model_crashed` */
  embed(texts: readonly EmbedInput[], context?: GenerateContext): Promise<Vectors>;
  /** @throws `serving.no_model` where it cannot, `serving.model_crashed` */
  rank(query: string, documents: readonly string[], context?: GenerateContext): Promise<Ranking>;
  /** Ends the process; resolves when it is gone. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onText: (piece: string) => void;
}

const CLOSE_GRACE_MS = 5_000;

/** Loads a model in a child process. @throws `files.missing`, `llama.*`, `serving.model_crashed` */
export function startModelHost(options: ModelHostOptions): Promise<ModelHost> {
  const main = siblingModule(import.meta.url, "./model-host-main");
  const child = fork(fileURLToPath(main), [], {
    execArgv: main.endsWith(".ts") ? ["--import", "tsx"] : [],
    serialization: "advanced",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    env: { ...process.env, GGML_NO_BACKTRACE: "1" },
  });
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let alive = true;
  let closing = false;
  let stderr = "";
  const send = (message: ToHost) => void (child.connected && child.send(message));
  const gone = new Promise<void>((resolve) => child.on("close", () => resolve()));
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-8192);
  });

  const close = async () => {
    closing = true;
    send({ kind: "close" });
    const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_GRACE_MS);
    await gone;
    clearTimeout(timer);
  };
  const ask = <Kind extends keyof HostAsks>(kind: Kind, asked: HostAsks[Kind]["ask"], { signal, onText = () => {} }: GenerateContext = {}) => {
    if (!alive) return Promise.reject(closing ? servingClosed() : modelCrashed("an earlier crash", stderr));
    const id = nextId++;
    const cancel = () => send({ kind: "cancel", id });
    return new Promise<HostAsks[Kind]["answer"]>((resolve, reject) => {
      pending.set(id, { resolve: resolve as Pending["resolve"], reject, onText });
      send({ kind: "ask", id, ask: { kind, ...asked } as unknown as HostAsk });
      signal?.addEventListener("abort", cancel);
      if (signal?.aborted === true) cancel();
    }).finally(() => {
      pending.delete(id);
      signal?.removeEventListener("abort", cancel);
    });
  };

  return new Promise<ModelHost>((resolve, reject) => {
    const fail = (how: string) => {
      alive = false;
      const error = closing ? servingClosed() : modelCrashed(how, stderr);
      reject(error);
      for (const one of pending.values()) one.reject(error);
    };
    child.on("error", (cause) => fail(cause.message));
    child.on("close", (code, signal) => fail(signal ?? `exit code ${code}`));
    child.on("message", (message: FromHost) => {
      if (message.kind === "opened") {
        const { info } = message;
        resolve({
          info,
          processId: child.pid,
          get alive() {
            return alive;
          },
          ended: gone,
          generate: (request, context = {}) => ask("generate", { request, stream: context.onText !== undefined }, context),
          check: (prompt) => ask("check", prompt),
          embed: (texts, context) => ask("embed", { texts }, context),
          rank: (query, documents, context) => ask("rank", { query, documents }, context),
          close,
        });
      } else if (message.kind === "refused") {
        reject(fromErrorRecord(message.error));
        void close();
      } else if (message.kind === "pieces") for (const [id, text] of message.pieces) pending.get(id)?.onText(text);
      else if (message.kind === "answer") pending.get(message.id)?.resolve(message.answer);
      else pending.get(message.id)?.reject(errorOf(message.error));
    });
    send({ kind: "open", options });
  });
}

/** What went wrong inside stays an error of ours: a client is told nothing of it. */
function errorOf(record: ErrorRecord): Error {
  return record.code === "internal" ? new Error(record.message) : fromErrorRecord(record);
}
