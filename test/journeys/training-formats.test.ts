// Trainings in other shapes: rows packed or grouped by length, and chats through a template of one's own, which goes with the model.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireCheckpoint } from "../../src/checkpoints/index.ts";
import { formatYaml, type TrainConfig } from "../../src/config/index.ts";
import { renderPrompt } from "../../src/data/index.ts";
import { openGguf } from "../../src/engine/gguf/index.ts";
import { openModel } from "../../src/engine/models/index.ts";
import { loadTokenizerDirectory, tokenizerFromGguf } from "../../src/engine/tokenizer/index.ts";
import { exists, readJson, readText, sha256File, writeFileAtomic } from "../../src/files/index.ts";
import { convertModel } from "../../src/quantization/index.ts";
import { metricSeries, readMetrics } from "../../src/runs/index.ts";
import { mergeCheckpoint, trainModel, type TrainedRun, type TrainingEvent, type TrainingFacts } from "../../src/training/index.ts";
import { makeTinyTraining, type TinyTraining } from "../helpers/tiny-training.ts";

const TEMPLATE = "{% for m in messages %}({{ m.role }}) {{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}(assistant) {% endif %}";

let world: TinyTraining;
let templatePath: string;
beforeAll(async () => {
  world = await makeTinyTraining({ layerCount: 1 });
  templatePath = join(world.path, "mine.jinja");
  writeFileAtomic(templatePath, TEMPLATE);
});
afterAll(() => world.remove());

describe.each<readonly [string, Partial<TrainConfig>]>([
  ["packed rows", { packing: true, max_seq_length: 160, gradient_accumulation_steps: 1, epochs: 4 }],
  ["batches of similar length", { group_by_length: true, epochs: 2 }],
])("a training on %s", (name, settings) => {
  it("comes to the same bits when it is stopped and goes on, and says how much is padding", async () => {
    const whole = await trainModel(world.options(`${name} whole`, settings));
    const stop = new AbortController();
    const options = world.options(`${name} stopped`, settings);
    const facts: TrainingFacts[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.type === "ready") facts.push(event.facts);
      if (event.type === "step" && event.step === 2) stop.abort();
    };
    const stopped = await trainModel({ ...options, signal: stop.signal, onEvent });
    expect(stopped.outcome.step).toBeLessThan(whole.outcome.step);
    expectSame(await trainModel({ ...options, resumeFrom: "last" }), whole);
    const [{ fill, trainRows, trainSequences }] = facts as [TrainingFacts];
    expect(fill.tokens).toBeLessThan(fill.computed);
    if (settings.packing === true) expect(trainSequences).toBeLessThan(trainRows);
    else expect(trainSequences).toBe(trainRows);
  });
});

describe("a chat template of one's own", () => {
  let run: TrainedRun;
  let merged: string;
  beforeAll(async () => {
    run = await trainModel(world.options("templated", { prompt_format: "auto", chat_template: templatePath, epochs: 1 }));
    writeFileAtomic(join(world.path, "base", "README.md"), "---\nlicense: apache-2.0\n---\n# Base\n");
    merged = (await mergeCheckpoint({ modelPath: run.directory, basePath: join(world.path, "base"), outputDir: join(world.path, "merged") })).outputDir;
  });
  const asked = { instruction: "hello", input: "" };

  it("is recorded with its digest and kept in every checkpoint", () => {
    expect(run.record.chat_template).toEqual({ name: templatePath, digest: sha256File(templatePath) });
    expect(run.record.config["chat_template"]).toBe(templatePath);
    const { directory, metadata } = requireCheckpoint(run.directory, "last");
    expect(readText(join(directory, "chat_template.jinja"))).toBe(TEMPLATE);
    expect(metadata.prompt_format).toBe("chat");
  });

  it("is written into the merged model and the GGUF made of it, which render what was trained and say where they are from", async () => {
    expect(readJson(join(merged, "tokenizer_config.json"))).toMatchObject({ chat_template: TEMPLATE });
    const gguf = join(world.path, "merged.gguf");
    await convertModel({ modelPath: merged, outputPath: gguf, type: "f32" });
    const file = openGguf(gguf);
    const tokenizers = [loadTokenizerDirectory(merged), tokenizerFromGguf(file.metadata, gguf)];
    file.close();
    const { dataset } = run.record;
    const said = ["run_id", "version", "dataset", "dataset_digest", "license"].map((key) => file.metadata.get(`tunesmith.${key}`)?.value);
    expect(said).toEqual([run.record.id, run.record.version, dataset!.name, dataset!.digest, "apache-2.0"]);
    expect(["general.license", "general.dataset.0.name"].map((key) => file.metadata.get(key)?.value)).toEqual(["apache-2.0", dataset!.name]);
    for (const tokenizer of tokenizers) expect(renderPrompt(asked, "chat", tokenizer).prompt).toBe("(user) hello<|end|>\n(assistant) ");
    const model = openModel(merged);
    expect(model.config.eosIds).toContain(256);
    model.close();
  });

  it("must be the same when the training goes on", async () => {
    const stop = new AbortController();
    const options = world.options("changed", { prompt_format: "chat", chat_template: templatePath });
    const stopped = await trainModel({ ...options, signal: stop.signal, onEvent: (event) => event.type === "step" && event.step === 1 && stop.abort() });
    writeFileAtomic(templatePath, TEMPLATE.replace("(assistant)", "(model)"));
    await expect(trainModel({ ...options, resumeFrom: stopped.directory })).rejects.toMatchObject({ code: "training.template_differs" });
    writeFileAtomic(templatePath, TEMPLATE);
    expect((await trainModel({ ...options, resumeFrom: stopped.directory })).record.status).toBe("finished");
  });
});

it.each<readonly [string, Partial<TrainConfig>, string]>([
  ["packing with batches by length", { packing: true, group_by_length: true }, "Cannot train with packing and group_by_length"],
  ["a chat template in a format that has none", { chat_template: "chatml" }, "Cannot use the chat template chatml: the prompt format is instruction, needed is auto or chat"],
  ["two templates", { prompt_format: "llama3", chat_template: "chatml" }, "Cannot use the chat template chatml: the prompt format is llama3, needed is auto or chat"],
  ["a template that is nowhere", { prompt_format: "chat", chat_template: "no.jinja" }, "Cannot use the chat template no.jinja: there is no such file, and it is not one of chatml, llama3"],
  ["a template whose tokens the model does not know", { prompt_format: "chatml" }, "Cannot use the chat template chatml: the model's vocabulary has no special token <|im_start|>, <|im_end|>"],
  ["a chat without a template", { prompt_format: "chat" }, "the tokenizer has no chat template, the prompt format chat needs one"],
])("refuses %s before there is a run", async (name, settings, message) => {
  const options = world.options(`refused ${name}`, settings);
  await expect(trainModel(options), formatYaml(options.config)).rejects.toThrow(message);
  expect(exists(options.config.output_dir)).toBe(false);
});

it("refuses a template that cannot be read, or never ends, before there is a run", async () => {
  for (const [source, message] of [["{% if %}", "Cannot render a chat prompt"], ["{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}", "it takes more than 500000 steps"]] as const) {
    const path = join(world.path, "bad.jinja");
    writeFileAtomic(path, source);
    const options = world.options("refused template", { prompt_format: "chat", chat_template: path });
    await expect(trainModel(options)).rejects.toThrow(message);
    expect(exists(options.config.output_dir)).toBe(false);
  }
});

/** Adapter, optimizer, state and the logged curves. */
function expectSame(one: TrainedRun, other: TrainedRun): void {
  const [a, b] = [one, other].map(({ directory }) => requireCheckpoint(directory, "last").directory) as [string, string];
  for (const file of ["adapter_model.safetensors", "optimizer.safetensors", "trainer_state.json"]) expect(sha256File(join(a, file)), file).toBe(sha256File(join(b, file)));
  const curve = (run: TrainedRun, name: string) => metricSeries(readMetrics(run.directory)).get(name);
  for (const name of ["loss", "grad_norm", "eval_loss"]) expect(curve(one, name), name).toEqual(curve(other, name));
}
