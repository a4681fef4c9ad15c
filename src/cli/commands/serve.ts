import type { PromptFormat } from "../../data/index.ts";
import { defineCommand } from "../command.ts";
import { modelNotNamed } from "../errors.ts";
import { choice, flag, text, wholeNumber } from "../options.ts";

const FORMATS: readonly PromptFormat[] = ["alpaca", "instruction", "chat", "text"];

/** `tunesmith serve` */
export const serve = defineCommand({
  name: "serve",
  summary: "Answer prompts over HTTP until it is stopped",
  options: {
    quantizedModel: text("file.gguf", "the model to serve"),
    modelPath: text("model", "instead: a model directory, checkpoint or Hub id"),
    baseModel: text("model", "the base of a checkpoint; left out, the one it names"),
    host: text("address", "0.0.0.0 serves other machines too", { default: "127.0.0.1" }),
    port: wholeNumber("n", "0 takes a free one", { default: 8000, min: 0, max: 65_535 }),
    promptFormat: choice(FORMATS, "how prompts are wrapped; left out, as the model was trained"),
    raw: flag("send prompts as they are"),
    contextLength: wholeNumber("tokens", "prompt and answer together; left out, as trained, at most 4096", { min: 8 }),
    threads: wholeNumber("n", "left out, the physical cores, at most 8", { min: 1 }),
  },
  examples: ["serve --quantized-model models/quantized/merged_model-q4_k_m.gguf", "serve --quantized-model merged_model-q8_0.gguf --host 0.0.0.0 --port 8080 --threads 4"],
  async run({ options, print, world, withInterrupt }) {
    const [{ withAnsweringModel }, { listen }, { servingRoutes }, { readVersion }] = await Promise.all([
      import("../answering-model.ts"),
      import("../../http/index.ts"),
      import("../../serving/index.ts"),
      import("../version.ts"),
    ]);
    const { baseModel, promptFormat, raw, contextLength, threads, host, port } = options;
    const model = options.quantizedModel ?? options.modelPath;
    if (model === undefined) throw modelNotNamed();
    return withInterrupt((signal) =>
      withAnsweringModel({ model, baseModel, promptFormat, raw, contextLength, threads, print, world, signal }, async ({ pool, promptFormat: format, renderPrompt }) => {
        const version = readVersion();
        const server = await listen({
          routes: servingRoutes(pool, { version, renderPrompt }),
          host,
          port,
          title: `tunesmith: ${pool.name}`,
          version,
          onError: (thrown, request) => print.warn(`${request}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`),
        });
        print.note(`Serving ${pool.name} (prompt format ${format}) on ${server.url}`);
        print.line(`  try it   curl ${server.url}/api/v1/generate -H 'content-type: application/json' -d '{"prompt": "Hello"}'`);
        print.line(`  docs     ${server.url}/docs`);
        print.line("  stop     Ctrl-C");
        await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve())));
        await server.close();
        return { url: server.url, model: pool.name, prompt_format: format };
      }),
    );
  },
});
