import { truncateSync, writeFileSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, TINY_VOCAB_SIZE, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { loadLlama } from "./load.ts";
import { lastLines } from "./native.ts";
import type { LlamaModel } from "./types.ts";

const folder = makeTemporaryFolder();
const path = folder.file("tiny.gguf");
let model: LlamaModel;

beforeAll(async () => {
  writeTinyGguf(path, { metadata: { "tunesmith.prompt_format": "alpaca" } });
  model = await loadLlama(path, { threads: 1 });
});
afterAll(() => {
  model.dispose();
  folder.remove();
});

describe("a loaded model", () => {
  it("describes itself", () => {
    expect(model.info).toMatchObject({ architecture: "llama", name: "tiny", vocabSize: TINY_VOCAB_SIZE, trainContextLength: 512, eosId: 256, addBos: false });
    expect(model.info.metadata.get("tunesmith.prompt_format")).toBe("alpaca");
    expect(model.info.sizeBytes).toBe(model.info.parameterCount * 4);
    expect(model.info.chatTemplate).toBeUndefined();
  });

  it("turns text into tokens and back", () => {
    const text = "Größe: 5 €\0 “quoted” 👩‍⚕️\n";
    const ids = model.tokenize(text);
    expect(ids).toEqual([...new TextEncoder().encode(text)]);
    expect(model.detokenize(ids)).toBe(text);
    expect(model.tokenize("")).toEqual([]);
    expect(model.detokenize([])).toBe("");
  });

  it("reads special tokens in a text only when asked", () => {
    expect(model.tokenize("<|endoftext|>", { parseSpecial: true })).toEqual([256]);
    expect(model.tokenize("<|endoftext|>")).toHaveLength(13);
    expect(model.detokenize([72, 256, 105])).toBe("Hi");
    expect(model.isEndOfGeneration(256)).toBe(true);
    expect(model.isEndOfGeneration(72)).toBe(false);
  });

  it("refuses a token outside the vocabulary", () => {
    expect(() => model.detokenize([TINY_VOCAB_SIZE])).toThrow(RangeError);
  });
});

describe("a file that is no model", () => {
  const written = (name: string, contents: Uint8Array | string) => {
    writeFileSync(folder.file(name), contents);
    return folder.file(name);
  };
  it("is refused when it is missing", async () => {
    await expect(loadLlama(folder.file("absent.gguf"))).rejects.toMatchObject({ code: "files.missing" });
  });

  it("is refused without the magic", async () => {
    await expect(loadLlama(written("text.gguf", "hello"))).rejects.toMatchObject({ code: "llama.load_failed", message: expect.stringContaining("GGUF magic") });
    await expect(loadLlama(written("empty.gguf", ""))).rejects.toMatchObject({ code: "llama.load_failed" });
  });

  it("is refused with llama's own reason when its header is garbage", async () => {
    const garbage = new Uint8Array(4096).fill(0xa5);
    garbage.set(new TextEncoder().encode("GGUF"));
    await expect(loadLlama(written("garbage.gguf", garbage))).rejects.toMatchObject({ code: "llama.load_failed", message: expect.stringMatching(/: .*(failed|version|bad)/) });
  });

  it("is refused when it was cut off", async () => {
    const whole = readFileSync(path);
    for (const length of [64, 3000, whole.length >> 1, whole.length - 64]) {
      const cut = written("cut.gguf", whole);
      truncateSync(cut, length);
      await expect(loadLlama(cut)).rejects.toMatchObject({ code: "llama.load_failed" });
    }
  });

  it("is refused as an adapter when it is a model", async () => {
    await expect(loadLlama(path, { adapters: [{ path }] })).rejects.toMatchObject({ code: "llama.adapter_failed", message: expect.stringContaining("adapter") });
  });
});

describe("disposal", () => {
  it("happens once, sessions first, and refuses what comes after", async () => {
    const one = await loadLlama(path, { threads: 1 });
    const session = one.createSession();
    one.dispose();
    one.dispose();
    session.dispose();
    expect(() => one.createSession()).toThrow(/model: it was disposed/);
    expect(() => one.tokenize("a")).toThrow(/disposed/);
    await expect(session.generate({ promptIds: [1], maxTokens: 1 })).rejects.toMatchObject({ code: "llama.disposed" });
  });

  it("waits for work under way", async () => {
    const one = await loadLlama(path, { threads: 1 });
    const work = one.createSession().generate({ promptIds: [1], maxTokens: 500 });
    setTimeout(() => one.dispose(), 5);
    await expect(work).rejects.toMatchObject({ code: "llama.disposed" });
  });
});

it("keeps of llama's log what tells why", () => {
  const log = "gguf_init: failed to read key-value pairs\nllama_model_load: error loading model: llama_model_loader: failed to load model from a.gguf\n\nllama_model_load_from_file_impl: failed to load model\n";
  expect(lastLines(log)).toBe("failed to read key-value pairs");
  expect(lastLines("llama_model_load: error loading model: error loading model vocabulary: cannot find tokenizer merges\n")).toBe("cannot find tokenizer merges");
  expect(lastLines("")).toBe("");
});
