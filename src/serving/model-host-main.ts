// The model process: holds one loaded model and answers one request after another until its parent goes away.
import { encodePromptText, loadLlama, type LlamaModel, type LlamaSession } from "../engine/llama/index.ts";
import { toErrorRecord } from "../errors.ts";
import type { FromHost, HostAnswer, HostRequest, ModelHostOptions, ToHost } from "./host-messages.ts";

let model: LlamaModel | undefined;
let session: LlamaSession | undefined;
const running = new Map<number, AbortController>();

// A terminal sends Ctrl-C to the whole group; the parent decides.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToHost) => {
  if (message.kind === "open") void open(message.options);
  else if (message.kind === "generate") void generate(message.id, message.request);
  else if (message.kind === "cancel") running.get(message.id)?.abort();
  else process.exit(0);
});

function send(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

async function open({ modelPath, threads, contextLength, adapters }: ModelHostOptions): Promise<void> {
  try {
    model = await loadLlama(modelPath, { threads, adapters });
    session = model.createSession({ contextLength });
    send({ kind: "opened", info: { ...model.info, contextLength: session.contextLength } });
  } catch (thrown) {
    send({ kind: "refused", error: toErrorRecord(thrown) });
  }
}

async function generate(id: number, request: HostRequest): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    send({ kind: "answer", id, answer: await answer(id, request, controller.signal) });
  } catch (thrown) {
    send({ kind: "failed", id, error: toErrorRecord(thrown) });
  } finally {
    running.delete(id);
  }
}

async function answer(id: number, request: HostRequest, signal: AbortSignal): Promise<HostAnswer> {
  if (model === undefined || session === undefined) throw new Error("internal: the model is not open");
  const { text, finishReason, ids, promptTokens, promptMs, generateMs } = await session.generate({
    promptIds: encodePromptText(model, request.text, { parseSpecial: request.parseSpecial }),
    maxTokens: request.maxTokens,
    temperature: request.temperature,
    topK: request.topK,
    topP: request.topP,
    seed: request.seed,
    stop: request.stop,
    signal,
    onText: (piece) => send({ kind: "piece", id, text: piece }),
  });
  return { text, tokens: ids.length, promptTokens, finishReason, promptMs, generateMs };
}
