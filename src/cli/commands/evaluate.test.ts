// Two runs, trained and evaluated apart, compared by what their models answered.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { writeTinyLlama } from "../../../test/helpers/tiny-llama.ts";
import { createRun, readHistory, readRun } from "../../runs/index.ts";
import { main } from "../main.ts";

const before = process.cwd();
const root = realpathSync(mkdtempSync(join(tmpdir(), "cli-evaluate-")));
let dataset: string;
beforeAll(async () => {
  process.chdir(root);
  dataset = await writeTinyDataset(join(root, "data"));
});
afterAll(() => {
  process.chdir(before);
  rmSync(root, { recursive: true });
});

async function call(...words: readonly string[]) {
  const { code, document } = await run(...words);
  expect(code).toBe(0);
  return document;
}

async function run(...words: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: { HF_HUB_OFFLINE: "1", HF_HOME: root },
    workingDirectory: root,
    now: () => new Date("2026-01-02T00:00:00Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main([...words, "--json"], { world });
  expect(err.join("")).not.toContain("error:");
  return { code, document: JSON.parse(out.join("")) as Record<string, never> };
}

const evaluate = (model: string, ...words: readonly string[]) => call("evaluate", "--model-path", model, "--dataset-path", dataset, "--prompt-format", "instruction", "--max-new-tokens", "2", "--threads", "1", ...words);

it("makes the scores of a merged model those of its run, so that two runs compare row by row", async () => {
  const directories: string[] = [];
  for (const [at, tag] of ["a", "b"].entries()) {
    const run = createRun({ outputDir: join(root, "outputs"), tag, model: "tiny", config: { seed: at }, now: () => new Date("2026-01-01T00:00:00Z") });
    writeTinyLlama(join(run.directory, "merged_model"), { seed: 7 + at });
    await run.finish({ metrics: { train_loss: 1 } });
    directories.push(run.directory);
    const document = await evaluate(join(run.directory, "merged_model"));
    expect(document["run"]).toBe(run.record.name);
    expect(document["output_dir"]).toMatch(/evaluation.merged_model-[0-9a-f]{8}$/);
    const { record } = readRun(run.directory);
    expect(record.metrics).toMatchObject({ train_loss: 1, loss: expect.any(Number) as number, exact_match: expect.any(Number) as number });
    expect(record.measured_on).toMatchObject({ split: "test", rows: 2, dataset_digest: expect.any(String) as string });
    expect(document["output_dir"]).toContain(record.measured_on!.checkpoint_digest!.slice(0, 8));
    expect(existsSync(join(run.directory, "evaluation", "predictions.json"))).toBe(true);
  }
  expect(readHistory(join(root, "experiment_history.jsonl")).entries).toHaveLength(2);
  const comparison = await call("runs", "compare", "v1.0", "v1.1", "--metric", "loss");
  expect(comparison).toMatchObject({ metric: "loss", warnings: [], interval: { rows: 2 } });

  const scored = readFileSync(join(directories[0]!, "run.json"), "utf8");
  expect((await evaluate(join(directories[0]!, "merged_model"), "--limit", "1"))["run"]).toBeNull();
  expect(readFileSync(join(directories[0]!, "run.json"), "utf8")).toBe(scored);
});

it("keeps with the dataset which models its test split has judged", async () => {
  const looked = await writeTinyDataset(join(root, "looked"), { seed: 9 });
  const model = writeTinyLlama(join(root, "judged"), { seed: 5 });
  const judge = async (path: string, ...words: readonly string[]) => (await evaluate(path, "--dataset-path", looked, ...words))["test_decisions"];
  expect(await judge(model, "--limit", "1")).toBe(1);
  expect(await judge(writeTinyLlama(join(root, "judged-next"), { seed: 6 }))).toBe(2);
  expect(await judge(model, "--split", "validation")).toBeNull();
  const stats = await call("data", "stats", "--dataset-path", looked);
  expect(stats).toMatchObject({ test_decisions: 2, uses: [{ purpose: "evaluate", split: "test" }, {}] });
});

it("keeps the reports of models outside of runs apart, the newest in the plain place, and holds one against another row by row", async () => {
  const folders: string[] = [];
  for (const seed of [21, 22]) {
    const document = await evaluate(writeTinyLlama(join(root, `pair-${seed}`), { seed }), "--gate", "loss < 1000");
    expect(document["gate"]).toMatchObject({ passed: true });
    folders.push(String(document["output_dir"]));
  }
  const digest = (folder: string) => (JSON.parse(readFileSync(join(folder, "metrics.json"), "utf8")) as { model: { digest: string } }).model.digest;
  expect(digest(folders[0]!)).not.toBe(digest(folders[1]!));
  expect(digest(join(root, "results", "evaluation"))).toBe(digest(folders[1]!));
  const { comparison } = await call("evaluate", "compare", ...folders);
  expect(comparison).toMatchObject({ split: "test", notes: ["only 2 rows: no difference is called clear with fewer than 10"] });
  const gated = (gate: string) => run("evaluate", "--model-path", join(root, "pair-22"), "--dataset-path", dataset, "--prompt-format", "instruction", "--max-new-tokens", "2", "--threads", "1", "--gate", gate);
  const closed = await gated(`loss < 1000 and not worse than ${folders[0]}`);
  expect(closed).toMatchObject({ code: 1, document: { gate: { passed: false, clauses: [{ passed: true }, { passed: false, reason: "2 rows are too few to tell, at least 10 needed" }] } } });
  expect(await gated("loss = 1")).toMatchObject({ code: 2, document: { error: { code: "evaluation.gate_invalid" } } });
  expect(await gated("not worse than v9.9")).toMatchObject({ code: 1, document: { error: { code: "runs.unknown" } } });
});

it("refuses to ask a model otherwise than it was trained, unless told to", async () => {
  const model = writeTinyLlama(join(root, "trained"), { seed: 31 });
  const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8")) as object;
  writeFileSync(join(model, "config.json"), JSON.stringify({ ...config, tunesmith: { prompt_format: "alpaca" } }));
  const ask = (...more: readonly string[]) => run("evaluate", "--model-path", model, "--dataset-path", dataset, "--prompt-format", "instruction", "--max-new-tokens", "2", "--threads", "1", ...more);
  const { code, document } = await ask();
  expect(code).toBe(1);
  expect(document).toMatchObject({ error: { code: "cli.prompt_format_differs", message: expect.stringContaining("in the prompt format instruction: it was trained with alpaca") as string } });
  expect(await ask("--allow-prompt-format")).toMatchObject({ code: 0, document: { evaluation: { prompt_format: "instruction" } } });
});
