import { readdirSync, statSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, readTensorTypes, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { parseFallbacks, plannedBytes, planQuantizedBytes, quantizeGguf } from "./quantize.ts";

const folder = makeTemporaryFolder();
afterAll(() => folder.remove());

describe("quantizeGguf", () => {
  it("writes the types of the mix and leaves nothing else behind", async () => {
    const input = writeTinyGguf(folder.file("wide.gguf"), { hiddenSize: 256, intermediateSize: 256, layerCount: 1 });
    const output = folder.file("out/wide-q4_k_m.gguf");
    expect(await quantizeGguf(input, output, "q4_k_m", { threads: 1 })).toEqual({ fallbacks: [] });
    expect(readTensorTypes(output)).toMatchObject({ "blk.0.attn_q.weight": "q4_k", "output.weight": "q6_k", "output_norm.weight": "f32" });
    expect(statSync(output).size).toBeLessThan(statSync(input).size / 3);
    expect(readdirSync(folder.file("out"))).toEqual(["wide-q4_k_m.gguf"]);
  });

  it("names every tensor whose rows do not fit the block", async () => {
    const input = writeTinyGguf(folder.file("narrow.gguf"));
    const { fallbacks } = await quantizeGguf(input, folder.file("narrow-q4_k_m.gguf"), "q4_k_m", { threads: 1 });
    expect(fallbacks).toContain("blk.0.attn_q.weight: q5_0 instead of q4_K, 64 columns are no multiple of 256");
  });

  it("refuses a model that is quantized already, unless told to", async () => {
    const once = folder.file("once.gguf");
    await quantizeGguf(folder.file("narrow.gguf"), once, "q8_0", { threads: 1 });
    const twice = folder.file("twice.gguf");
    await expect(quantizeGguf(once, twice, "q4_0", { threads: 1 })).rejects.toMatchObject({ code: "llama.already_quantized" });
    expect(readdirSync(folder.path)).not.toContain("twice.gguf");
    await quantizeGguf(once, twice, "q4_0", { threads: 1, requantize: true });
    expect(readdirSync(folder.path)).toContain("twice.gguf");
  });

  it("refuses a missing input", async () => {
    await expect(quantizeGguf(folder.file("absent.gguf"), folder.file("x.gguf"), "q4_0")).rejects.toMatchObject({ code: "files.missing" });
  });
});

it("plans the size of an output, within the room for its header, and writes nothing", async () => {
  const input = writeTinyGguf(folder.file("planned-in.gguf"));
  const planned = await planQuantizedBytes(input, "q8_0", { threads: 1 });
  const before = readdirSync(folder.path);
  await quantizeGguf(input, folder.file("planned-out.gguf"), "q8_0", { threads: 1 });
  expect(before).not.toContain("planned-in.gguf.planned");
  expect(planned - statSync(folder.file("planned-out.gguf")).size).toBeGreaterThan(0);
  expect(planned - statSync(folder.file("planned-out.gguf")).size).toBeLessThan(17 * 2 ** 20);
});

it("reads fallbacks that llama logs in pieces", () => {
  const log = "warning: blk.0.ffn_down.weight               - ncols    100 not divisible by 256 (required for type    q6_K) (WARNING: must use F16 due to unusual shape) -> falling back to     f16\n";
  expect(parseFallbacks(log)).toEqual(["blk.0.ffn_down.weight: f16 instead of q6_K, 100 columns are no multiple of 256"]);
});

it("reads the planned size and adds room for the header", () => {
  expect(plannedBytes("llama_model_quantize_impl: quant size  =     2.50 MiB (4.5 BPW)\n")).toBe(18.5 * 2 ** 20);
});
