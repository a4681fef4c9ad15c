import type { PromptFormat } from "../../data/index.ts";
import type { ModelShelf, Reloaded } from "../../serving/index.ts";
import { TunesmithError } from "../../errors.ts";
import { defineCommand } from "../command.ts";
import { modelNotNamed } from "../errors.ts";
import { choice, decimalNumber, flag, list, minor, text, wholeNumber } from "../options.ts";
import type { Print } from "../print.ts";
import { KEYS_FILE } from "./keys/options.ts";

const FORMATS: readonly PromptFormat[] = ["alpaca", "instruction", "chat", "text"];
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** What a first request may be, by what the first model can do. */
const FIRST_REQUEST = {
  generate: ["/api/v1/generate", '{"prompt": "Hello"}'],
  rerank: ["/api/v1/rerank", '{"query": "Hello", "documents": ["Hi", "Bye"]}'],
  embed: ["/v1/embeddings", '{"input": "Hello"}'],
} as const;

/** `tunesmith serve` */
export const serve = defineCommand({
  name: "serve",
  summary: "Answer prompts over HTTP until it is stopped",
  arguments: { models: list("model", "version, run, checkpoint, .gguf file, directory or Hub id; name=model gives it a name") },
  options: {
    quantizedModel: text("file.gguf", "one more model"),
    modelPath: text("model", "one more model"),
    rerankerPath: text("model", "one more: a cross-encoder (directory, .gguf, .onnx), for /rerank"),
    baseModel: text("model", "the base of checkpoints; left out, the one they name"),
    host: text("address", "0.0.0.0 serves other machines too", { default: "127.0.0.1" }),
    port: wholeNumber("n", "0 takes a free one", { default: 8000, min: 0, max: 65_535 }),
    promptFormat: choice(FORMATS, "how prompts are wrapped; left out, as each model was trained"),
    raw: flag("send prompts as they are"),
    contextLength: wholeNumber("tokens", "prompt and answer together; left out, as trained, at most 4096", { min: 8 }),
    parallel: wholeNumber("n", "answers at once; left out, what memory allows, at most 8", { min: 1, max: 256 }),
    maxWaiting: wholeNumber("n", "requests that may wait, more get 429", { default: 32, min: 0 }),
    timeout: decimalNumber("seconds", "for one request, from its coming to its answer", { default: 300, min: 0.001 }),
    threads: wholeNumber("n", "left out, the physical cores, at most 8", { min: 1 }),
    apiKeys: text("file", "the file of `keys add`: while it holds keys, only they may ask", { default: KEYS_FILE }),
    corsOrigin: minor(list("origin", "pages of other sites that may read the answers, * for all")),
    outputDir: minor(text("dir", "where runs are looked up", { default: "outputs" })),
    allowHost: minor(list("name", "by which this server is called, too")),
    bodyLimit: minor(wholeNumber("bytes", "largest body that is read", { default: 2 ** 20, min: 1024 })),
  },
  remark: "Also: --output-dir (where runs lie), --cors-origin (sites whose pages may ask), --allow-host (another name of this machine), --body-limit.\nkill -HUP <pid> looks every model up again and exchanges those that changed, without dropping a request.",
  examples: ["serve v1.2", "serve support=v1.2 small=models/quantized/merged_model-q4_k_m.gguf --reranker-path cross-encoder/ms-marco-MiniLM-L-6-v2 --port 8080"],
  async run({ options, arguments: { models }, print, world, withInterrupt }) {
    const [{ listen }, { createCounters, listKeys, modelId, openKeyRing, openShelf, servingRoutes }, { shelfPlace }, { readVersion }] = await Promise.all([
      import("../../http/index.ts"),
      import("../../serving/index.ts"),
      import("../served-model.ts"),
      import("../version.ts"),
    ]);
    const { host, port, timeout } = options;
    const [first, ...others] = [...models, options.quantizedModel, options.modelPath, options.rerankerPath].filter((word) => word !== undefined);
    if (first === undefined) throw modelNotNamed();
    const version = readVersion();
    const keys = listKeys(options.apiKeys);
    return withInterrupt(async (signal) => {
      const wish = { ...options, parallel: options.parallel ?? ("auto" as const), timeoutMs: 1000 * timeout, print, world, signal };
      const shelf = await openShelf([shelfPlace(first, wish), ...others.map((word) => shelfPlace(word, wish))]);
      try {
        const counters = createCounters(world.now().getTime() / 1000);
        const ring = openKeyRing(options.apiKeys);
        const findKeyHolder = (secret: string) => {
          const key = ring.find(secret);
          return key && { name: key.name, isAdmin: key.role === "admin" };
        };
        const server = await listen({
          routes: servingRoutes(shelf, { version, counters, now: () => world.now().getTime() / 1000 }),
          host,
          port,
          title: "tunesmith",
          version,
          bodyLimitBytes: options.bodyLimit,
          answerTimeoutMs: 1000 * timeout + 5_000,
          corsOrigins: options.corsOrigin,
          allowedHosts: keys.length === 0 && LOOPBACK.includes(host) ? [...LOOPBACK, ...options.allowHost] : undefined,
          headers: shelf.headers,
          // Asked at every call: the first key counts as soon as it is made.
          get findKeyHolder() {
            return ring.asks ? findKeyHolder : undefined;
          },
          onAnswer: counters.count,
          onError: (thrown, request) => print.warn(`${request}: ${thrown instanceof TunesmithError ? thrown.message : thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`),
        });
        sayServing(shelf, server.url, keys.length, host, print);
        const reload = () => void reloadAll(shelf, print);
        process.on("SIGHUP", reload);
        try {
          await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve())));
          await server.close();
        } finally {
          process.off("SIGHUP", reload);
        }
        return { url: server.url, models: shelf.models.map(({ identity }) => modelId(identity)) };
      } finally {
        await shelf.close();
      }
    });
  },
});

function sayServing(shelf: ModelShelf, url: string, keys: number, host: string, print: Print): void {
  for (const { identity, pool } of shelf.models) {
    const { name, version, digest } = identity;
    print.note(`Serving ${name}${version === null || version === name ? "" : ` ${version}`} (${digest.slice(0, 12)}, ${pool.info.tasks.join(" and ")}${pool.info.parallel > 1 ? `, ${pool.info.parallel} at once` : ""}) on ${url}`);
  }
  const key = keys === 0 ? "" : " -H 'authorization: Bearer <key>'";
  const [path, body] = FIRST_REQUEST[shelf.models[0]?.pool.info.tasks[0] ?? "generate"];
  print.line(`  try it   curl ${url}${path}${key} -H 'content-type: application/json' -d '${body}'`);
  print.line(`  docs     ${url}/docs`);
  print.line("  stop     Ctrl-C");
  if (keys > 0) return;
  print.line("  keys     none are asked for until `tunesmith keys add` makes the first");
  if (!LOOPBACK.includes(host)) print.warn("everybody who reaches this address may ask: `tunesmith keys add <name>` makes keys");
}

async function reloadAll(shelf: ModelShelf, print: Print): Promise<void> {
  const { modelId } = await import("../../serving/index.ts");
  const say = ({ before, after, changed }: Reloaded) => print.note(changed ? `Exchanged ${modelId(before)} (${before.digest.slice(0, 12)}) for ${modelId(after)} (${after.digest.slice(0, 12)})` : `${modelId(after)} is as it was`);
  try {
    (await shelf.reload()).forEach(say);
  } catch (thrown) {
    print.warn(`nothing was exchanged: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
