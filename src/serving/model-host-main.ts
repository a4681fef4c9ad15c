// The model process: holds one loaded model until its parent goes away.
import { toErrorRecord } from "../errors.ts";
import { generationCancelled } from "./errors.ts";
import type { FromHost, HostAsk, HostAsks, HostInfo, ModelHostOptions, ToHost } from "./host-messages.ts";

/** A model that answers in this process. */
interface OpenedModel {
  readonly info: HostInfo;
  answer(ask: HostAsk, context: { readonly signal: AbortSignal; readonly onText: (piece: string) => void }): Promise<HostAsks[HostAsk["kind"]]["answer"]>;
}

let opened: OpenedModel | undefined;
const running = new Map<number, AbortController>();
let grown = new Map<number, string>();

// A terminal sends Ctrl-C and hanging up to the whole group; the parent decides.
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

async function open(options: ModelHostOptions): Promise<void> {
  try {
    opened = options.kind === "encoder" ? (await import("./host-encoder.ts")).openBert(options) : await (await import("./host-decoder.ts")).openDecoder(options);
    send({ kind: "opened", info: opened.info });
  } catch (thrown) {
    send({ kind: "refused", error: toErrorRecord(thrown) });
  }
}

async function reply(id: number, ask: HostAsk): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    if (opened === undefined) throw new Error("internal: the model is not open");
    const answer = await opened.answer(ask, { signal: controller.signal, onText: (piece) => grow(id, piece) });
    sendPieces();
    send({ kind: "answer", id, answer });
  } catch (thrown) {
    send({ kind: "failed", id, error: toErrorRecord(controller.signal.aborted ? generationCancelled() : thrown) });
  } finally {
    running.delete(id);
  }
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
