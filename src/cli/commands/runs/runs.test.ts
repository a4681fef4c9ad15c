// The commands about runs over a history of their own: what they print, what they write, and what they refuse.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byteTokenizer, fakeLlama } from "../../../../test/helpers/fake-llama.ts";
import { evaluateModel, writeEvaluation } from "../../../evaluation/index.ts";
import { createRun } from "../../../runs/index.ts";
import { main } from "../../main.ts";

const root = mkdtempSync(join(tmpdir(), "cli-runs-"));
const outputs = join(root, "outputs");
afterAll(() => rmSync(root, { recursive: true }));

async function call(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: {},
    workingDirectory: root,
    now: () => new Date("2026-02-01T00:00:00Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main(["runs", ...words, "--output-dir", outputs], { world });
  return { code, out: out.join(""), err: err.join("") };
}

async function document(...words: readonly string[]): Promise<Record<string, never>> {
  const { code, out } = await call(...words, "--json");
  expect(code).toBe(0);
  return JSON.parse(out) as Record<string, never>;
}

const rows = Array.from({ length: 40 }, (_zero, at) => ({ id: `r${at}`, instruction: `Question ${at}`, input: "", output: `answer ${at}` }));

/** Answers the first `right` rows rightly. */
async function evaluate(directory: string, right: number, rowsMeasured = rows): Promise<Record<string, number>> {
  const evaluation = await evaluateModel({
    model: fakeLlama({ answer: (prompt) => { const at = Number(/Question (\d+)/.exec(prompt)![1]); return at < right ? `answer ${at}` : "unsure"; }, logprob: () => -1 }).model,
    tokenizer: byteTokenizer, modelName: "tiny", modelPath: "m.gguf", modelDigest: "m", rows: rowsMeasured, datasetPath: "d", datasetDigest: "digest", split: "test",
    promptFormat: "instruction", engineRelease: "v0", packageVersion: "0", bootstrap: { resamples: 200 }, now: () => new Date(0),
  });
  writeEvaluation(join(directory, "evaluation"), evaluation);
  return Object.fromEntries(Object.entries(evaluation.record.metrics).map(([name, { value }]) => [name, value]));
}

const names: string[] = [];
beforeAll(async () => {
  for (const [at, right] of [8, 30, 31].entries()) {
    const run = createRun({ outputDir: outputs, tag: at === 0 ? "base" : "wide", model: "tiny", phase: "sft", config: { lr: 1e-4 * (at + 1), lora: { r: 8 * (at + 1) }, seed: 42 }, now: () => new Date(`2026-01-0${at + 1}T00:00:00Z`) });
    const measured = await evaluate(run.directory, right, at === 2 ? rows.slice(0, 35) : rows);
    names.push(run.record.name);
    await run.finish({ metrics: at === 2 ? {} : { exact_match: measured["exact_match"]!, hamming_loss: 0.2 + 0.1 * at } });
  }
});

describe("tunesmith runs list", () => {
  it("filters, sorts and says how many of how many", async () => {
    const { out } = await call("list", "--filter", "tag = wide and lora.r > 8", "--limit", "1");
    expect(out).toBe("");
    const { out: found } = await call("list", "--filter", "config.lora.r > 8", "--sort", "config.lora.r", "--limit", "1");
    expect(found).toContain(`EXPERIMENT HISTORY (1 of 2 matching, by config.lora.r)\n${"=".repeat(80)}\n\nv1.1 - 2026-01-02T00:00:00\n`);
    expect(found).not.toContain("v1.2");
    expect(await document("list", "--filter", "metrics.hamming_loss < 0.25")).toMatchObject({ total: 3, matched: 1, experiments: [{ version: "v1.0" }] });
  });

  it("shows the fields that are asked for as a table", async () => {
    const { out } = await call("list", "--columns", "version", "tag", "config.lora.r", "metrics.hamming_loss", "started");
    expect(out).toMatch(/version +tag +config\.lora\.r +metrics\.hamming_loss +started\nv1\.2 +wide +24 +– +2026-01-03T00:00:00\.000Z\nv1\.1 +wide +16 +0\.3000/);
  });

  it("points at what is wrong with a filter, as a usage error", async () => {
    const { code, err } = await call("list", "--filter", "tga = wide");
    expect(code).toBe(2);
    expect(err).toBe("error: Cannot read the filter: no run has a field tga (column 1)\n  tga = wide\n  ^\nDid you mean tag?\n");
    expect((await call("list", "--sort", "metrics.haming_loss")).err).toContain("Did you mean metrics.hamming_loss?");
  });
});

describe("tunesmith runs compare", () => {
  it("prints the seed's lines with a paired interval, all metrics, and how the configurations differ", async () => {
    const { out } = await call("compare", "v1.0", "v1.1");
    expect(out).toMatch(
      /^Comparing v1\.0 vs v1\.1\n={80}\n\nv1\.0: f1 = 0\.2000\nv1\.1: f1 = 0\.7500\n\nDifference: \+0\.5500 \(\+275\.00%\)\n95% interval: \+0\.[34]\d+ to \+0\.[67]\d+ \(40 rows\)\n✓ Improvement detected\n/,
    );
    expect(out).toMatch(/metric +v1\.0 +v1\.1 +difference +% +95 % interval\n/);
    expect(out).toMatch(/hamming_loss +0\.2000 +0\.3000 +\+0\.1000 +\+50\.00 +– +worse/);
    expect(out).toMatch(/loss +1\.0000 +1\.0000 .*unclear/);
    expect(out).toContain("\nConfiguration, v1.0 → v1.1\n~ lora.r: 8 → 16\n~ lr: 0.0001 → 0.0002\n");
  });

  it("knows the direction of the metric that is asked for", async () => {
    expect(await document("compare", "v1.0", "v1.1", "--metric", "hamming_loss")).toMatchObject({ direction: "falls", improvement: false, interval: null, config: [{ path: "lora.r" }, { path: "lr" }] });
  });

  it("pairs the rows that both evaluations have", async () => {
    const found = await document("compare", "v1.1", "v1.2", "--metric", "exact_match");
    expect(found).toMatchObject({ verdict: "unclear", interval: { rows: 35 } });
    expect((await call("compare", "v1.1", "v1.2", "--metric", "exact_match")).out).toContain("○ No clear difference: the interval includes 0");
  });
});

describe("tunesmith runs diff, best and show", () => {
  it("diff shows what changed, member by member", async () => {
    expect((await call("diff", "v1.0", names[1]!)).out).toBe("v1.0 → v1.1\n~ lora.r: 8 → 16\n~ lr: 0.0001 → 0.0002\n");
    expect((await call("diff", "v1.0", "v1.0")).out).toContain("The configurations are the same.");
  });

  it("best ranks the runs a filter leaves, in the direction of the metric", async () => {
    expect(await document("best", "--metric", "hamming_loss")).toMatchObject({ ranking: [{ version: "v1.0" }, { version: "v1.1" }] });
    expect(await document("best", "--metric", "hamming_loss", "--filter", "tag = wide or tag = none")).toMatchObject({ ranking: [{ version: "v1.1" }] });
  });

  it("show takes the beginning of a name, and says which fit when several do", async () => {
    expect(await document("show", "base-")).toMatchObject({ run: { version: "v1.0" } });
    const { code, err } = await call("show", "wide");
    expect(code).toBe(2);
    expect(err).toContain("2 runs begin so (v1.2, v1.1)");
  });
});

describe("tunesmith runs export", () => {
  it("writes CSV to the screen or to a file", async () => {
    const words = ["export", "--columns", "version", "metrics.exact_match", "--sort", "version"];
    expect((await call(...words)).out).toBe("version,metrics.exact_match\nv1.0,0.2\nv1.1,0.75\nv1.2,\n");
    const file = join(root, "reports", "runs.csv");
    expect((await call(...words, "--output", file)).out).toBe(`3 runs written to ${file}\n`);
    expect(readFileSync(file, "utf8")).toContain("v1.1,0.75");
  });

  it("writes Markdown with the improvement on a baseline, and JSON in full", async () => {
    const words = ["export", "--columns", "config.lora.r", "metrics.exact_match", "--sort", "-metrics.exact_match", "--filter", "metrics.exact_match is not null"];
    expect((await call(...words, "--format", "md", "--baseline", "v1.0", "--metric", "exact_match")).out).toContain("| 16 | 0.7500 | +275.0% |\n| 8 | 0.2000 | +0.0% |\n");
    expect(JSON.parse((await call("export", "--format", "json")).out)).toMatchObject([{ version: "v1.2", run: { tag: "wide" } }, {}, {}]);
    expect((await call(...words, "--baseline", "v1.0")).code).toBe(1);
  });
});

describe("tunesmith runs tag, note and archive", () => {
  it("write into run.json, and listings follow", async () => {
    expect((await call("tag", "v1.1", "gold", "reviewed")).out).toBe("v1.1: gold, reviewed\n");
    expect((await call("tag", "v1.1", "--remove", "gold")).out).toBe("v1.1: reviewed\n");
    expect((await call("note", "v1.1", "relabelled")).out).toBe("v1.1: noted\n");
    expect(await document("list", "--filter", "tags = reviewed and notes ~ RELABEL")).toMatchObject({ matched: 1 });
    expect((await call("archive", "v1.1")).out).toContain("v1.1 is archived");
    expect(await document("list")).toMatchObject({ matched: 2 });
    expect(await document("list", "--archived")).toMatchObject({ matched: 3 });
    expect((await call("archive", "v1.1", "--undo")).out).toBe("v1.1 is listed again.\n");
    expect(await document("list")).toMatchObject({ matched: 3 });
  });

  it("refuse nothing to say, a tag of two words, and a run that is not there", async () => {
    for (const words of [["tag", "v1.1"], ["note", "v1.1", " "], ["tag", "v1.1", "two words"]]) expect((await call(...words)).code).toBe(2);
    expect((await call("note", "v9.9", "x")).err).toContain("Cannot find run v9.9");
    expect(existsSync(join(root, ".tunesmith", "index"))).toBe(false);
  });
});
