// The model process: holds one loaded model, whose answers share one context, until its parent goes away.
import { encodePromptText, loadLlama, type LlamaModel, type LlamaSession } from "../engine/llama/index.ts";
import { toErrorRecord } from "../errors.ts";
import { promptEmpty, promptTooLong } from "./errors.ts";
import type { FromHost, HostAnswer, HostAsk, HostAsks, HostRequest, ModelHostOptions, ToHost } from "./host-messages.ts";

interface Opened {
  readonly model: LlamaModel;
  readonly session: LlamaSession;
}

let opened: Opened | undefined;
const running = new Map<number, AbortController>();
let grown = new Map<number, string>();

// A terminal sends Ctrl-C to the whole group; the parent decides.
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToHost) => {
  if (message.kind === "open") void open(message.options);
  else if (message.kind === "ask") void reply(message.id, message.ask);
  else if (message.kind === "cancel") running.get(message.id)?.abort();
  else process.exit(0);
});

function send(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

async function open({ modelPath, threads, contextLength, parallel = 1, adapters }: ModelHostOptions): Promise<void> {
  try {
    const model = await loadLlama(modelPath, { threads, adapters });
    const session = model.createSession({ contextLength, sequences: parallel });
    opened = { model, session };
    send({ kind: "opened", info: { ...model.info, contextLength: session.contextLength, parallel } });
  } catch (thrown) {
    send({ kind: "refused", error: toErrorRecord(thrown) });
  }
}

async function reply(id: number, ask: HostAsk): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const answer = await answerTo(id, ask, controller.signal);
    sendPieces();
    send({ kind: "answer", id, answer });
  } catch (thrown) {
    send({ kind: "failed", id, error: toErrorRecord(thrown) });
  } finally {
    running.delete(id);
  }
}

async function answerTo(id: number, ask: HostAsk, signal: AbortSignal): Promise<HostAsks[HostAsk["kind"]]["answer"]> {
  if (opened === undefined) throw new Error("internal: the model is not open");
  if (ask.kind === "check") return { promptTokens: encode(opened, ask).length };
  return generate(opened, ask.request, signal, ask.stream ? (piece) => grow(id, piece) : undefined);
}

async function generate(held: Opened, request: HostRequest, signal: AbortSignal, onText: ((piece: string) => void) | undefined): Promise<HostAnswer> {
  const { text, finishReason, ids, promptTokens, promptMs, generateMs } = await held.session.generate({
    promptIds: encode(held, request),
    maxTokens: request.maxTokens,
    temperature: request.temperature,
    topK: request.topK,
    topP: request.topP,
    seed: request.seed,
    stop: request.stop,
    signal,
    onText,
  });
  return { text, tokens: ids.length, promptTokens, finishReason, promptMs, generateMs };
}

/** @throws `serving.prompt_empty`, `serving.context_exceeded` */
function encode({ model, session }: Opened, { text, parseSpecial }: Pick<HostRequest, "text" | "parseSpecial">): number[] {
  const ids = encodePromptText(model, text, { parseSpecial });
  if (ids.length === 0) throw promptEmpty();
  if (ids.length > session.contextLength) throw promptTooLong(ids.length, session.contextLength);
  return ids;
}

/** What grew in one turn of the event loop leaves in one message. */
function grow(id: number, piece: string): void {
  if (grown.size === 0) setImmediate(sendPieces);
  grown.set(id, (grown.get(id) ?? "") + piece);
}

function sendPieces(): void {
  if (grown.size === 0) return;
  send({ kind: "pieces", pieces: grown });
  grown = new Map();
}
