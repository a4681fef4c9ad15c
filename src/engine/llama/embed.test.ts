import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { loadLlama, type LlamaModel } from "./index.ts";

const folder = makeTemporaryFolder();
let model: LlamaModel;
beforeAll(async () => {
  model = await loadLlama(writeTinyGguf(folder.file("tiny.gguf")), { threads: 1 });
});
afterAll(() => {
  model.dispose();
  folder.remove();
});

describe("an embedder", () => {
  const ids = Array.from({ length: 300 }, (_, index) => (index * 37) % 256);

  it("gives the mean over the tokens, whatever pieces they are computed in", async () => {
    const mean = model.createEmbedder({ contextLength: 512, cacheType: "f32" });
    const last = model.createEmbedder({ contextLength: 512, cacheType: "f32", pooling: "last" });
    const prefixes = ids.slice(0, 130).map((_, index) => ids.slice(0, index + 1));
    const [found] = await mean.embed([ids.slice(0, 130)], { normalize: false });
    const parts = await last.embed(prefixes, { normalize: false });
    for (const [d, value] of found!.values.entries()) {
      expect(Math.abs(value - parts.reduce((sum, { values }) => sum + values[d]!, 0) / prefixes.length)).toBeLessThan(1e-4);
    }
  });

  it("gives the first token's vector whatever follows it", async () => {
    const first = model.createEmbedder({ pooling: "first" });
    const [alone, followed] = await first.embed([[65], [65, 66, 67]]);
    for (const [d, value] of followed!.values.entries()) expect(value).toBeCloseTo(alone!.values[d]!, 5);
    expect([alone!.tokens, followed!.tokens]).toEqual([1, 3]);
  });

  it("scales vectors to length 1 unless told not to, and gives a text the same one each time", async () => {
    const embedder = model.createEmbedder();
    const [[one], [again], [plain]] = await Promise.all([embedder.embed(["abc"]), embedder.embed(["abc"]), embedder.embed(["abc"], { normalize: false })]);
    expect(one!.values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
    expect(again!.values).toEqual(one!.values);
    expect(plain!.values.reduce((sum, value) => sum + value * value, 0)).not.toBeCloseTo(1, 2);
    expect(embedder).toMatchObject({ dimensions: 64, pooling: "mean", contextLength: 512 });
  });

  it("takes its pooling from the metadata of the model", async () => {
    const path = writeTinyGguf(folder.file("last.gguf"), { metadata: { "llama.pooling_type": 3 } });
    const lastPooled = await loadLlama(path, { threads: 1 });
    expect(lastPooled.createEmbedder().pooling).toBe("last");
    lastPooled.dispose();
  });

  it("refuses texts that are empty or too long, and cuts them where asked", async () => {
    const embedder = model.createEmbedder({ contextLength: 8 });
    await expect(embedder.embed([""])).rejects.toThrow(/The text is empty/);
    await expect(embedder.embed(["far too long"])).rejects.toThrow(/it has 12 tokens, the context holds 8/);
    await expect(embedder.embed([[999]])).rejects.toThrow(/Token 999 is outside/);
    const [[cut], [short]] = await Promise.all([embedder.embed(["far too long"], { truncate: true }), embedder.embed(["far too "])]);
    expect(cut!.values).toEqual(short!.values);
  });

  it("ends with an error when it is stopped or disposed, and never frees what is in use", async () => {
    const embedder = model.createEmbedder();
    const work = embedder.embed(Array.from({ length: 20 }, () => ids));
    embedder.dispose();
    await expect(work).rejects.toThrow(/disposed/);
    const stopped = new AbortController();
    stopped.abort(new Error("enough"));
    await expect(model.createEmbedder().embed(["a"], { signal: stopped.signal })).rejects.toThrow("enough");
  });
});
