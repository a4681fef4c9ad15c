// From an unquantized model to answers on the command line and over HTTP, on a real port.
import { EventEmitter } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { makeTemporaryFolder, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { main } from "../main.ts";

const folder = makeTemporaryFolder();
const source = folder.file("tiny-f32.gguf");
const quantized = folder.file("quantized/tiny-q8_0.gguf");
beforeAll(() => void writeTinyGguf(source, { metadata: { "tunesmith.prompt_format": "instruction" } }));
afterAll(() => folder.remove());

function start(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: { HF_HUB_OFFLINE: "1", HF_HOME: folder.path },
    workingDirectory: folder.path,
    now: () => new Date("2026-01-02T03:04:05Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const done = main(words, { world, signals }).then((code) => ({ code, out: out.join(""), err: err.join("") }));
  return { done, err, interrupt: () => signals.emit("SIGINT") };
}

describe("tunesmith quantize", () => {
  it("writes the types, shows what it measured and says how to serve the smallest", async () => {
    const { code, out, err } = await start("quantize", "--model-path", source, "--quantization-types", "q8_0", "q4_0", "--threads", "1", "--benchmark", "--test-generation").done;
    expect({ code, existing: existsSync(quantized) }).toEqual({ code: 0, existing: true });
    expect(out).toMatch(/type +size +bits\/weight/);
    expect(out).toMatch(/q8_0 +[\d.]+ KiB +[\d.]+ +[\d.]+ %/);
    expect(out).toContain(`tunesmith serve --quantized-model ${folder.file("quantized/tiny-q4_0.gguf")}`);
    expect(err).toContain("did not end its test answer within 128 tokens");
  });

  it("scores the answers of the model and of every type by their task", async () => {
    const dataset = await writeTinyDataset(folder.file("data"));
    const words = ["--model-path", source, "--quantization-types", "q8_0", "--threads", "1", "--output-dir", folder.file("judged"), "--task-metric"];
    expect(await start("quantize", ...words).done).toMatchObject({ code: 2, err: expect.stringContaining("--task-metric needs --dataset-path") });
    const { out } = await start("quantize", ...words, "--dataset-path", dataset, "--split", "train", "--max-rows", "2", "--json").done;
    const metric = { name: "rougeL", rows: 2 };
    expect(JSON.parse(out)).toMatchObject({ source: { task_metric: metric }, types: [{ task_metric: metric, kl_divergence: { mean: expect.any(Number) } }] });
    expect(JSON.parse(readFileSync(folder.file("judged/quantization_metrics.json"), "utf8"))).toMatchObject({ types: [{ task_metric: metric }] });
    expect(readdirSync(folder.file("judged")).sort()).toEqual(["quantization_metrics.json", "tiny-q8_0.gguf"]);
  });

  it("prints its record with --json", async () => {
    const { out } = await start("quantize", "--model-path", source, "--quantization-types", "q8_0", "--threads", "1", "--json").done;
    expect(JSON.parse(out)).toMatchObject({ output_dir: folder.file("quantized"), model: "tiny", types: [{ type: "q4_0" }, { type: "q8_0" }] });
  });

  it("refuses an unknown type as a usage error", async () => {
    const { code, err } = await start("quantize", "--model-path", source, "--quantization-types", "q9_9").done;
    expect(code).toBe(2);
    expect(err).toContain("known types are");
  });
});

describe("tunesmith generate", () => {
  it("wraps the prompt as the model was trained, unless it is raw", async () => {
    const call = async (...words: string[]) => JSON.parse((await start("generate", "--model-path", quantized, "--prompt", "Hi", "--max-tokens", "5", "--threads", "1", "--json", ...words).done).out) as Record<string, unknown>;
    expect(await call()).toMatchObject({ prompt_format: "instruction", rendered_prompt: "### Instruction:\nHi\n\n### Response:\n", tokens_generated: 5, finish_reason: "length" });
    expect(await call("--raw")).toMatchObject({ prompt_format: "raw", rendered_prompt: "Hi", prompt_tokens: 2 });
    expect((await call("--temperature", "1", "--seed", "3"))["generated_text"]).toBe((await call("--temperature", "1", "--seed", "3"))["generated_text"]);
  });

  it("prints the answer as it comes, and how it ended beside it", async () => {
    const { code, out, err } = await start("generate", "--model-path", quantized, "--prompt", "Hi", "--max-tokens", "5", "--threads", "1").done;
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(1);
    expect(err).toMatch(/5 tokens, \d+ tokens\/s, ended by length/);
  });

  it("refuses an empty prompt", async () => {
    expect(await start("generate", "--model-path", quantized, "--prompt", "").done).toMatchObject({ code: 2, err: expect.stringContaining("--prompt is empty") });
  });

  it("refuses a file that is no model", async () => {
    writeFileSync(folder.file("broken.gguf"), "GGUF");
    const { code, err } = await start("generate", "--model-path", folder.file("broken.gguf"), "--prompt", "Hi").done;
    expect(code).toBe(1);
    expect(err).toContain("error: ");
    expect(err).not.toContain("internal");
  });
});

describe("tunesmith evaluate", () => {
  it("compares a whole model with the base that is named, and asks for one", async () => {
    const dataset = await writeTinyDataset(folder.file("data"));
    const words = ["evaluate", "--model-path", quantized, "--dataset-path", dataset, "--limit", "2", "--max-new-tokens", "2", "--threads", "1", "--output-dir", folder.file("evaluation"), "--compare-base"];
    expect(await start(...words).done).toMatchObject({ code: 2, err: expect.stringContaining("--compare-base needs --base-model") });
    const { code, out } = await start(...words, "--base-model", source).done;
    expect(code).toBe(0);
    expect(out).toContain(`Written to ${folder.file("evaluation")}`);
    expect(out).toMatch(/metric +base +tuned +difference/);
    expect(existsSync(folder.file("evaluation/base/metrics.json"))).toBe(true);
  });
});

describe("tunesmith serve", () => {
  it("answers over HTTP until it is stopped", async () => {
    const { done, err, interrupt } = start("serve", "--quantized-model", quantized, "--port", "0", "--threads", "1", "--json");
    const url = await waitFor(() => /on (http:\S+)/.exec(err.join(""))?.[1]);
    expect(await (await fetch(`${url}/api/v1/health`)).json()).toMatchObject({ status: "ok", model_loaded: true, model_name: "tiny-q8_0" });
    expect(await (await fetch(`${url}/api/v1/model/info`)).json()).toMatchObject({ quantization: "q8_0", prompt_format: "instruction" });

    const post = (body: object) => fetch(`${url}/api/v1/generate`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const body = { prompt: "Hi", max_tokens: 12, temperature: 0 };
    const answer = (await (await post(body)).json()) as { generated_text: string };
    expect(answer).toMatchObject({ prompt: "Hi", tokens_generated: 12, finish_reason: "length" });

    const events = (await (await post({ ...body, stream: true })).text()).trim().split("\n\n").map((line) => JSON.parse(line.slice("data: ".length)) as { text?: string; generated_text?: string });
    expect(events.map(({ text }) => text ?? "").join("")).toBe(answer.generated_text);
    expect(events.at(-1)).toMatchObject({ done: true, generated_text: answer.generated_text });

    const many = await Promise.all(Array.from({ length: 5 }, async () => (await (await post(body)).json()) as object));
    expect(many).toEqual(many.map(() => answer));
    expect(await post({ prompt: "a".repeat(600) }).then((reply) => reply.json())).toMatchObject({ error: "serving.context_exceeded", status_code: 422 });

    const taken = await start("serve", "--quantized-model", quantized, "--port", new URL(url).port, "--threads", "1").done;
    expect(taken).toMatchObject({ code: 1, err: expect.stringContaining("another process uses the port") });

    interrupt();
    const { code, out } = await done;
    expect({ code, document: JSON.parse(out) as object }).toEqual({ code: 0, document: { url, models: [expect.stringMatching(/^tiny-q8_0/)] } });
    await expect(fetch(url)).rejects.toThrow();
  });

  it("needs a model", async () => {
    expect(await start("serve").done).toMatchObject({ code: 2, err: expect.stringContaining("needs a model: a version") });
  });
});

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
