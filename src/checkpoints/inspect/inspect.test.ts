import { closeSync, copyFileSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { writeGguf, ggufNumber, ggufText } from "../../engine/gguf/index.ts";
import { writeSafetensors } from "../../engine/safetensors/index.ts";
import { toFileDocument } from "./document.ts";
import { inspectCheckpoint, peekCheckpoint } from "./inspect.ts";
import { torchZip } from "../../../test/helpers/torch-zip.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/torch/", import.meta.url));
const golden = JSON.parse(readFileSync(`${fixtures}golden.json`, "utf8")) as Record<string, { tensors: Record<string, [number[], string]>; encoder?: string; epoch?: number; global_step?: number; parameters?: number }>;
const scratch = mkdtempSync(join(tmpdir(), "inspect-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("a file of PyTorch", () => {
  it.each(Object.entries(golden))("%s has the tensors that PyTorch reads from it", (name, expected) => {
    const facts = inspectCheckpoint(fixtures + name);
    expect(Object.fromEntries(facts.tensors.map(({ name, shape, dtype }) => [name, [shape, dtype]]))).toEqual(expected.tensors);
    expect(facts.components.encoder?.name).toBe(expected.encoder);
    expect(facts.problems).toEqual([]);
    if (expected.epoch !== undefined) expect(facts.training).toMatchObject({ epoch: expected.epoch, globalStep: expected.global_step });
    if (expected.parameters !== undefined) expect(facts.parameterCount).toBe(expected.parameters);
  });

  it.each(["lightning.ckpt", "lightning-legacy.ckpt"])("%s shows what Lightning saved, as plain data", (name) => {
    const { training, refused, container } = inspectCheckpoint(fixtures + name);
    expect(container).toBe(name === "lightning.ckpt" ? "zip" : "legacy");
    expect(refused).toEqual([]);
    expect(training).toMatchObject({
      lightningVersion: "2.5.1",
      hyperParameters: { lr: 0.001, batch: 4, ok: true, path: "data/receipts", when: "2025-10-18T20:24:18.000123", nested: { a: 1, b: [1.5, null] }, counts: { x: 2 }, tags: ["one"], big: "1180591620717411303424", array: [1.5, 2.5], blob: "(2 bytes)" },
      callbacks: [{ name: "ModelCheckpoint", monitor: "val/hmean", mode: "max", bestModelScore: Math.fround(0.892), bestModelPath: "outputs/receipts/checkpoints/lightning.ckpt", lastModelPath: "outputs/receipts/checkpoints/last.ckpt" }],
      optimizers: [{ groups: 1, learningRates: [0.001], parameters: 3, withState: 1, settings: { betas: [0.9, 0.999] } }],
      schedulers: [{ T_max: 25, _last_lr: [0.0004] }],
    });
  });

  it("claims a callback's score only for the file it was measured on", () => {
    expect(peekCheckpoint(`${fixtures}lightning.ckpt`)).toMatchObject({ epoch: 18, step: 3895, architecture: "dbnet", encoder: "resnet18", decoder: "unet", head: "db_head", monitor: "val/hmean", mode: "max", metrics: { "val/hmean": Math.fround(0.892) } });
    copyFileSync(`${fixtures}lightning.ckpt`, join(scratch, "last.ckpt"));
    expect(peekCheckpoint(join(scratch, "last.ckpt"))?.metrics).toBeUndefined();
  });

  it("names the parts of a detector with their channels", () => {
    expect(inspectCheckpoint(`${fixtures}resnet34-pan.pth`)).toMatchObject({ prefix: "model._orig_mod.", architecture: "dbnet", components: { decoder: { name: "pan_decoder", inChannels: [64, 128, 256, 512], innerChannels: 256, outChannels: 256 }, head: { name: "db_head", inChannels: [256] } } });
    expect(inspectCheckpoint(`${fixtures}resnet50-fpn.pt`).components).toMatchObject({ decoder: { name: "fpn_decoder", inChannels: [256, 512, 1024, 2048], innerChannels: 256, outChannels: 256 } });
    expect(inspectCheckpoint(`${fixtures}lightning.ckpt`).components).toMatchObject({ decoder: { name: "unet", innerChannels: 256, outChannels: 64 } });
  });

  it("counts tied weights once", () => {
    const { tensors, languageModel } = inspectCheckpoint(`${fixtures}llama-tied.bin`);
    expect(tensors.at(-1)).toMatchObject({ name: "lm_head.weight", sharedWith: "model.embed_tokens.weight" });
    expect(languageModel).toEqual({ layers: 1, vocabSize: 32, hiddenSize: 8, intermediateSize: 16, tiedEmbeddings: true });
  });

  it("reads a module that was pickled whole, and says whose class it would have needed", () => {
    expect(inspectCheckpoint(`${fixtures}whole-module.pt`).refused.map(({ name, count }) => [name, count])).toEqual([["receipts.model.Net", 1], ["torch.nn.modules.linear.Linear", 1]]);
    expect(inspectCheckpoint(`${fixtures}script.pt`).format).toBe("torchscript");
  });

  it("reads OmegaConf as the plain data it holds", () => {
    const { training, refused } = inspectCheckpoint(`${fixtures}omegaconf.ckpt`);
    expect(training?.hyperParameters).toEqual({ model: { encoder: "resnet18", channels: [64, 128] }, lr: 0.1 });
    expect(refused).toEqual([]);
  });

  it("of 5 GB is read by its first and last bytes", () => {
    const path = join(scratch, "large.pt");
    const { head, tail, data } = torchZip(readPickleOf("protocol-4.pt"), 5 * 2 ** 30);
    const file = openSync(path, "w");
    writeSync(file, head, 0, head.length, 0);
    ftruncateSync(file, head.length + data);
    writeSync(file, tail, 0, tail.length, head.length + data);
    closeSync(file);
    const before = process.memoryUsage().rss;
    expect(inspectCheckpoint(path)).toMatchObject({ parameterCount: 7, training: { epoch: 2, globalStep: 819 } });
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
    truncateSync(path, 2 ** 20);
    expect(() => inspectCheckpoint(path)).toThrow(/no archive directory at its end: it was cut off/);
  });
});

describe("hostile or broken files", () => {
  const mutate = (name: string): fc.Arbitrary<Uint8Array> => {
    const bytes = readFileSync(fixtures + name);
    return fc.tuple(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 }), fc.integer({ min: 0, max: bytes.length })).map(([changes, length]) => {
      const changed = Uint8Array.from(bytes);
      for (const [at, value] of changes) changed[at] = value;
      return length % 3 === 0 ? changed.subarray(0, length) : changed;
    });
  };

  it.each(["lightning.ckpt", "lightning-legacy.ckpt", "protocol-5.pt", "settings.pkl", "whole-module.pt"])("%s with changed bytes reads or is refused with a reason", (name) => {
    const path = join(scratch, "changed.pt");
    fc.assert(
      fc.property(mutate(name), (bytes) => {
        writeFileSync(path, bytes);
        try {
          JSON.stringify(toFileDocument(inspectCheckpoint(path), true));
        } catch (error) {
          expect(error).toBeInstanceOf(TunesmithError);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("a storage that its own header puts behind the end of the file is refused with a reason", () => {
    const bytes = readFileSync(`${fixtures}lightning.ckpt`);
    for (let at = bytes.indexOf("PK\u0003\u0004"); at !== -1; at = bytes.indexOf("PK\u0003\u0004", at + 4)) {
      const name = bytes.toString("latin1", at + 30, at + 30 + bytes.readUInt16LE(at + 26));
      if (name.includes("/data/")) bytes.writeUInt16LE(0xffff, at + 28);
    }
    const path = join(scratch, "behind.ckpt");
    writeFileSync(path, bytes);
    expect(() => inspectCheckpoint(path)).toThrow(/^Cannot inspect .*behind\.ckpt: .* the file ends at/);
  });

  it("random bytes are refused with a reason", () => {
    const path = join(scratch, "random.pt");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom("", "\x80\x02", "\x80\x05\x95", "PK\x03\x04", "GGUF"), (bytes, start) => {
        writeFileSync(path, Buffer.concat([Buffer.from(start, "latin1"), bytes]));
        try {
          JSON.stringify(toFileDocument(inspectCheckpoint(path), true));
        } catch (error) {
          expect(error).toBeInstanceOf(TunesmithError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["empty", "", /it is empty/],
    ["JSON", '{"a":1}', /begins like JSON/],
    ["a zip of something else", Buffer.concat([Buffer.from(torchZip(Buffer.from("N."), 0, "other.txt").head), Buffer.from(torchZip(Buffer.from("N."), 0, "other.txt").tail)]), /zip archive without data\.pkl/],
    ["text", "hello world", /it is text, and no pickle/],
  ])("%s is refused", (_what, content, message) => {
    writeFileSync(join(scratch, "bad.pt"), content);
    expect(() => inspectCheckpoint(join(scratch, "bad.pt"))).toThrow(message);
  });

  it("an archive whose files overlap is refused", () => {
    const { head, tail } = torchZip(Buffer.from("N."), 0);
    tail.writeUInt32LE(0, tail.indexOf("PK\x01\x02", 10, "latin1") + 42);
    writeFileSync(join(scratch, "overlap.pt"), Buffer.concat([head, tail]));
    expect(() => inspectCheckpoint(join(scratch, "overlap.pt"))).toThrow(/overlaps what stands behind it/);
  });

  it("a deflated pickle is unpacked to what it announces and no further", () => {
    const packed = deflateRawSync(Buffer.alloc(10_000_000));
    const { head, tail } = torchZip(packed, 0);
    tail.writeUInt16LE(8, 10);
    writeFileSync(join(scratch, "bomb.pt"), Buffer.concat([head, tail]));
    expect(() => inspectCheckpoint(join(scratch, "bomb.pt"))).toThrow(/does not unpack to the \d+ bytes it announces/);
  });

  it("what is not there, or holds no weights, is refused", () => {
    mkdirSync(join(scratch, "nothing"));
    expect(() => inspectCheckpoint(join(scratch, "nothing"))).toThrow(/a directory without weights/);
    expect(() => inspectCheckpoint(join(scratch, "absent.pt"))).toThrow(/nothing that may be read stands there/);
  });
});

describe("other formats", () => {
  const weight = (name: string, shape: readonly number[], dtype: "F32" | "F16" = "F32") => ({ name, dtype, shape, bytes: () => new Uint8Array(shape.reduce((a, b) => a * b, 1) * (dtype === "F32" ? 4 : 2)) });

  it("an adapter directory shows rank, targets and base", () => {
    const directory = join(scratch, "adapter");
    mkdirSync(directory);
    writeSafetensors(join(directory, "adapter_model.safetensors"), ["q_proj", "v_proj"].flatMap((name) => [weight(`base_model.model.model.layers.0.self_attn.${name}.lora_A.weight`, [4, 8]), weight(`base_model.model.model.layers.0.self_attn.${name}.lora_B.weight`, [8, 4])]));
    expect(inspectCheckpoint(join(directory, "adapter_model.safetensors")).adapter).toEqual({ rank: 4, targets: ["q_proj", "v_proj"] });
    writeFileSync(join(directory, "adapter_config.json"), JSON.stringify({ r: 4, lora_alpha: 8, target_modules: ["v_proj", "q_proj"], base_model_name_or_path: "org/base" }));
    writeFileSync(join(directory, "trainer_state.json"), JSON.stringify({ epoch: 1.5, global_step: 750 }));
    expect(inspectCheckpoint(directory)).toMatchObject({ format: "adapter", parameterCount: 128, adapter: { rank: 4, alpha: 8, targets: ["q_proj", "v_proj"], baseModel: "org/base" }, training: { epoch: 1.5, globalStep: 750 } });
    expect(peekCheckpoint(directory, "adapter")).toMatchObject({ baseModel: "org/base", epoch: 1, step: 750 });
  });

  it("shards of PyTorch count as one model, and a tensor no shard holds is told", () => {
    const directory = join(scratch, "sharded");
    mkdirSync(directory);
    copyFileSync(`${fixtures}llama-tied.bin`, join(directory, "pytorch_model-00001-of-00001.bin"));
    writeFileSync(join(directory, "config.json"), JSON.stringify({ model_type: "llama", num_attention_heads: 2 }));
    writeFileSync(join(directory, "pytorch_model.bin.index.json"), JSON.stringify({ weight_map: { "lm_head.weight": "pytorch_model-00001-of-00001.bin", lost: "pytorch_model-00001-of-00001.bin" } }));
    expect(inspectCheckpoint(directory)).toMatchObject({ format: "model", parameterCount: 832, languageModel: { heads: 2, hiddenSize: 8 }, problems: ["1 tensors of the index are in no shard, such as lost"] });
    writeFileSync(join(directory, "pytorch_model.bin.index.json"), JSON.stringify({ weight_map: { a: "../llama-tied.bin" } }));
    expect(() => inspectCheckpoint(directory)).toThrow(/does not name files beside it/);
  });

  it("a GGUF file shows architecture, types and tokenizer", () => {
    const path = join(scratch, "model.gguf");
    const tensors = [{ name: "token_embd.weight", shape: [4, 32], type: "q8_0" as const, bytes: () => new Uint8Array(136) }];
    writeGguf(path, { metadata: new Map([["general.architecture", ggufText("llama")], ["general.file_type", ggufNumber(7)], ["llama.context_length", ggufNumber(2048)], ["llama.block_count", ggufNumber(2)], ["tokenizer.ggml.model", ggufText("gpt2")], ["tokenizer.chat_template", ggufText("{{ x }}")]]), tensors });
    expect(inspectCheckpoint(path)).toMatchObject({ format: "gguf", architecture: "llama", dtypes: { q8_0: 128 }, gguf: { quantization: "q8_0", tokenizer: "gpt2", chatTemplate: true }, languageModel: { contextLength: 2048, layers: 2 } });
  });
});

function readPickleOf(name: string): Buffer {
  const file = readFileSync(fixtures + name);
  const at = file.indexOf("\x80\x04", 0, "latin1");
  return file.subarray(at, file.indexOf("PK\x07\x08", at, "latin1"));
}
