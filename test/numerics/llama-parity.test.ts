// What is written for the llama library computes what PyTorch computed: the F32 GGUF, the adapter beside it, the adapter merged into it, and
// the merged directory give the same mean negative log-likelihood. Golden values: test/fixtures/golden/make.py (PyTorch, transformers, PEFT).
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadLlama, type LlamaAdapterOptions } from "../../src/engine/llama/index.ts";
import { convertAdapterToGguf, convertToGguf, openModel, readAdapter, writeMergedDirectory, type LoraAdapter } from "../../src/engine/models/index.ts";
import { readJson } from "../../src/files/index.ts";
import { makeTemporaryFolder } from "../helpers/tiny-gguf.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/golden");
const TOLERANCE = 1e-4;

interface Golden {
  readonly input_ids_BT: readonly (readonly number[])[];
  readonly labels_BT: readonly (readonly number[])[];
  readonly supervised_tokens: number;
  readonly loss: number;
  readonly lora: { readonly loss: number };
}

const folder = makeTemporaryFolder();
afterAll(() => folder.remove());

describe("the llama library gives PyTorch's loss", () => {
  it.each(["tied", "untied", "llama3-rope"])("for the %s model as F32 GGUF", async (variant) => {
    const golden = readGolden(variant);
    expect(Math.abs((await lossOf(golden, convert(variant, `${variant}.gguf`))) - golden.loss)).toBeLessThan(TOLERANCE);
  });

  it("for an adapter beside its base, merged into a GGUF, and merged into a directory", async () => {
    const golden = readGolden("untied");
    const adapter = readAdapter(join(FIXTURES, "untied", "adapter"));
    const source = openModel(join(FIXTURES, "untied"));
    const adapterPath = folder.file("adapter.gguf");
    convertAdapterToGguf(adapter, source.config, adapterPath);
    writeMergedDirectory(source, adapter, folder.file("merged"), { dtype: "f32" });
    source.close();
    const losses = {
      beside: await lossOf(golden, convert("untied", "base.gguf"), [{ path: adapterPath }]),
      mergedGguf: await lossOf(golden, convert("untied", "merged.gguf", adapter)),
      mergedDirectory: await lossOf(golden, convert(folder.file("merged"), "from-directory.gguf")),
    };
    for (const [how, loss] of Object.entries(losses)) expect(Math.abs(loss - golden.lora.loss), how).toBeLessThan(TOLERANCE);
  });
});

function readGolden(variant: string): Golden {
  return readJson(join(FIXTURES, variant, "golden.json")) as Golden;
}

function convert(model: string, name: string, adapter?: LoraAdapter): string {
  const source = openModel(model.includes("/") ? model : join(FIXTURES, model));
  const path = folder.file(name);
  convertToGguf(source, path, { type: "f32", adapter });
  source.close();
  return path;
}

/** Mean over the supervised tokens, each given the true tokens before it. */
async function lossOf({ input_ids_BT, labels_BT, supervised_tokens }: Golden, path: string, adapters: readonly LlamaAdapterOptions[] = []): Promise<number> {
  const model = await loadLlama(path, { threads: 1, adapters });
  const session = model.createSession({ contextLength: 64, sequences: 2, cacheType: "f32" });
  const scores = await session.scoreBatch(input_ids_BT.map((ids) => ({ ids, firstScored: 1 })));
  model.dispose();
  const sum = scores.reduce((total, { logprobs }, row) => total - logprobs.reduce((rowTotal, logprob, index) => rowTotal + (labels_BT[row]![index + 1]! >= 0 ? logprob : 0), 0), 0);
  return sum / supervised_tokens;
}
