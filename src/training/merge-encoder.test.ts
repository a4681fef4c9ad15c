import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openEncoderSource } from "../engine/models/index.ts";
import { readJson } from "../files/index.ts";
import { baseOfAdapter, chooseAdapter, mergeCheckpoint } from "./merge.ts";
import { run } from "./merge-worker.ts";
import { describeOrigin } from "./origin.ts";

// A BERT and an adapter as PEFT wrote it: test/fixtures/berts/make.py. That the merged vectors are PEFT's is shown in test/numerics/berts.test.ts.
const MINILM = join(import.meta.dirname, "../../test/fixtures/berts/minilm");
const root = mkdtempSync(join(tmpdir(), "merge-encoder-"));
afterAll(() => rmSync(root, { recursive: true }));

const base = join(root, "base");
cpSync(MINILM, base, { recursive: true });
writeFileSync(join(base, "README.md"), "---\nlicense: other\nlicense_name: minilm\n---\n");
const adapter = join(root, "adapter");
cpSync(join(MINILM, "adapter"), adapter, { recursive: true });

describe("a PEFT directory from elsewhere", () => {
  it("means itself, and names its base and the licence of that", () => {
    const path = join(adapter, "adapter_config.json");
    const config = readJson(path) as object;
    writeFileSync(path, JSON.stringify({ ...config, base_model_name_or_path: "sentence-transformers/all-MiniLM-L6-v2" }));
    expect(chooseAdapter(adapter)).toBe(adapter);
    expect(baseOfAdapter(adapter)).toBe("sentence-transformers/all-MiniLM-L6-v2");
    expect(describeOrigin(adapter, base)).toEqual({ base_model: "sentence-transformers/all-MiniLM-L6-v2", base_model_digest: expect.stringMatching(/^[0-9a-f]{64}$/), license: "other", "general.license.name": "minilm" });
  });

  it("is no checkpoint of a run that was not finished", () => {
    const checkpoint = join(root, "run/checkpoints/last");
    cpSync(adapter, checkpoint, { recursive: true });
    copyFileSync(join(adapter, "adapter_config.json"), join(root, "run/run.json"));
    expect(() => chooseAdapter(checkpoint)).toThrow(expect.objectContaining({ code: "checkpoints.missing" }));
  });

  it("is merged into a BERT, which keeps its pooler and its pooling and may be merged anew", async () => {
    const outputDir = join(root, "merged");
    const request = { checkpoint: adapter, basePath: base, outputDir, dtype: "auto", provenance: describeOrigin(adapter, base) } as const;
    expect(await run(request)).toEqual({ outputDir, dtype: "f32" });
    expect(readdirSync(outputDir)).toEqual(expect.arrayContaining(["1_Pooling", "config.json", "model.safetensors", "tokenizer.json"]));
    expect(readJson(join(outputDir, "config.json"))).toMatchObject({ tunesmith: { license: "other" } });
    const [before, after] = [base, outputDir].map((path) => openEncoderSource(path));
    const same = (name: string) => Buffer.compare(Buffer.from(before!.readF32(name).buffer), Buffer.from(after!.readF32(name).buffer)) === 0;
    expect(["pooler.dense.weight", "encoder.layer.0.attention.self.key.weight", "encoder.layer.0.attention.self.query.weight"].map(same)).toEqual([true, true, false]);
    for (const one of [before, after]) one!.close();
    await expect(mergeCheckpoint({ modelPath: join(root, "absent"), basePath: base, outputDir })).rejects.toMatchObject({ code: "checkpoints.missing" });
  });
});
