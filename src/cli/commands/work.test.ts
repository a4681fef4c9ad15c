// The commands about data and runs, from words to text and documents, in a workspace of their own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRun } from "../../runs/index.ts";
import { main } from "../main.ts";

const MODEL = fileURLToPath(new URL("../../../assets/base-model", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "cli-"));
const processed = join(root, "data", "processed");
const dataset = join(processed, "healthcare_dataset");
const outputs = join(root, "outputs");
const history = join(root, "experiment_history.jsonl");
afterAll(() => rmSync(root, { recursive: true }));

async function call(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: { HF_HUB_OFFLINE: "1", HF_HOME: root },
    workingDirectory: root,
    now: () => new Date("2026-01-02T03:04:05Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main(words, { world });
  return { code, out: out.join(""), err: err.join("") };
}

async function document(...words: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await call(...words, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as Record<string, unknown>;
}

describe("tunesmith data", () => {
  beforeAll(async () => {
    const { code, out } = await call("data", "prepare", "--domain", "healthcare", "--sample", "--num-samples", "60", "--output-dir", processed);
    expect(code).toBe(0);
    expect(out).toContain("train 48, validation 6, test 6");
    expect(out).toContain(`tunesmith data preview --dataset-path ${dataset}`);
  });

  it("prepare says the same as a document, and writes nothing when nothing changed", async () => {
    expect(await document("data", "prepare", "--domain", "healthcare", "--sample", "--num-samples", "60", "--output-dir", processed)).toMatchObject({
      path: dataset,
      status: "unchanged",
      dataset: { name: "healthcare_dataset", splits: { train: { rows: 48 } } },
    });
  });

  it("prepare recommends datasets when it has no source", async () => {
    const { code, err } = await call("data", "prepare", "--domain", "legal");
    expect(code).toBe(2);
    expect(err).toContain("nguha/legalbench");
  });

  it("prepare names the broken row of a file", async () => {
    const file = join(root, "broken.jsonl");
    writeFileSync(file, '{"instruction":"a","output":"b"}\n{"instruction":\n');
    const { code, err } = await call("data", "prepare", "--domain", "legal", "--input-file", file, "--output-dir", processed);
    expect(code).toBe(1);
    expect(err).toContain("2");
  });

  it("stats shows splits and tasks", async () => {
    const { out } = await call("data", "stats", "--dataset-path", dataset);
    expect(out).toMatch(/split +rows +words +mean/);
    expect(out).toMatch(/train +48/);
    expect(out).toMatch(/rows by words\n +\d+ to \d+ {2}[█▏]+ \d+\n/);
    expect(out).toMatch(/dose +10 +16.7 % +7 +1 +2 +█{20}\n/);
    expect(out).toContain("Linked across splits: nothing.\nThe test split has decided over no model yet.\n");
    expect(await document("data", "stats", "--dataset-path", dataset)).toMatchObject({ dataset: { digest: expect.any(String) }, tasks: { dose: { train: 7 } }, labels: {}, test_decisions: 0 });
  });

  it("stats counts tokens, says how many rows a limit would cut, and records it", async () => {
    const { out } = await call("data", "stats", "--dataset-path", dataset, "--model-name", MODEL, "--max-seq-length", "200");
    const cut = /; (\d+) of 60 rows would be cut at 200\n/.exec(out)![1];
    expect(out).toContain(`rows by tokens of ${MODEL}\n`);
    expect(await document("data", "stats", "--dataset-path", dataset)).toMatchObject({ dataset: { statistics: { tokens: { tokenizer: MODEL, limit: 200, cut_rows: Number(cut) } } } });
  });

  it("preview marks what is trained, in text and in tokens", async () => {
    const plain = await document("data", "preview", "--dataset-path", dataset);
    expect((await call("data", "preview", "--dataset-path", dataset)).out).toContain(`### Response:\n«${String(plain["completion"])}»`);
    const { out } = await call("data", "preview", "--dataset-path", dataset, "--model-name", MODEL, "--prompt-format", "instruction", "--row", "2");
    expect(out).toMatch(/«[^«»]+<\|endoftext\|>»\n\n\d+ of \d+ tokens are trained/);
    const counted = await document("data", "preview", "--dataset-path", dataset, "--model-name", MODEL);
    expect(counted["trained_tokens"]).toBeLessThan(counted["tokens"] as number);
  });

  it("preview marks every answer of a conversation, or the last, in a chat template of one's own", async () => {
    const conversations = join(root, "conversations.jsonl");
    const turns = (words: readonly string[]) => words.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content }));
    writeFileSync(conversations, Array.from({ length: 10 }, (_, row) => JSON.stringify({ messages: turns([`First ${row}?`, `Answer ${row}.`, `Then ${row}?`, `More ${row}.`]) })).join("\n"));
    const { code, err } = await call("data", "prepare", "--domain", "talks", "--input-file", conversations, "--output-dir", processed, "--skip-validation");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const template = join(root, "mine.jinja");
    writeFileSync(template, "{% for m in messages %}({{ m.role }}) {{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}|{% endfor %}{% if add_generation_prompt %}(assistant) {% endif %}");
    const preview = ["data", "preview", "--dataset-path", join(processed, "talks_dataset"), "--model-name", MODEL, "--chat-template", template];
    expect((await call(...preview)).out).toMatch(/\(user\) First (\d)\?\|\(assistant\) «Answer \1\.<\|endoftext\|>»\|\(user\) Then \1\?\|\(assistant\) «More \1\.<\|endoftext\|>»\n/);
    expect((await call(...preview, "--train-on", "last")).out).toMatch(/\(assistant\) Answer (\d)\.<\|endoftext\|>\|\(user\) Then \1\?\|\(assistant\) «More \1\.<\|endoftext\|>»/);
    expect((await call(...preview, "--prompt-format", "text")).err).toContain("the prompt format is text, needed is auto or chat");
    expect((await call("data", "preview", "--dataset-path", dataset, "--model-name", MODEL, "--prompt-format", "llama3")).err).toContain("no special token <|start_header_id|>, <|end_header_id|>, <|eot_id|>");
  });

  it("preview refuses a row that is not there, and a model that cannot be had", async () => {
    expect((await call("data", "preview", "--dataset-path", dataset, "--prompt-format", "chatml")).err).toContain("a chat template needs the special tokens of a model: give --model-name");
    expect((await call("data", "preview", "--dataset-path", dataset, "--split", "test", "--row", "7")).err).toBe(`error: Cannot show row 7 of ${dataset}: its split test has 6 rows\nGive --row 1 to 6.\n`);
    expect((await call("data", "preview", "--dataset-path", dataset, "--row-id", "x")).err).toContain("48 rows, none of that id");
    expect((await call("data", "preview", "--dataset-path", dataset, "--model-name", "owner/absent")).err).toContain("HF_HUB_OFFLINE is set");
  });
});

describe("tunesmith runs", () => {
  const where = ["--output-dir", outputs];

  it("list says how to start when there is nothing", async () => {
    const { code, out } = await call("runs", "list", ...where);
    expect(code).toBe(0);
    expect(out).toContain("No experiments yet.");
    expect(out).toContain("tunesmith demo");
    expect((await call("runs", "best", ...where)).err).toContain("no version has metrics yet");
  });

  describe("with two versions and a run", () => {
    let name: string;
    beforeAll(() => {
      const line = (version: string, day: number, f1: number, loss: number) =>
        JSON.stringify({ version, timestamp: `2026-01-0${day}T10:00:00.123456`, config: { base_model: "b", train_size: 600 }, metrics: { overall: { f1_micro: f1, loss } }, metadata: { dataset_version: `d1.${day}` } });
      writeFileSync(history, `${line("v1.0", 1, 0.8234, 1.5)}\n${line("v1.1", 2, 0.8765, 1.75)}\nbroken\n`);
      const now = () => new Date("2026-01-03T00:00:00Z");
      const run = createRun({ outputDir: outputs, tag: "sft", model: "tiny", phase: "trial", config: { epochs: 1 }, now });
      for (let step = 1; step <= 200; step += 1) run.appendMetrics({ step, loss: 2 - step / 200 });
      name = run.record.name;
    });

    it("list prints the seed's text, broken lines, and runs without a version", async () => {
      const { out } = await call("runs", "list", ...where, "--limit", "1");
      expect(out).toContain(`${"=".repeat(80)}\nEXPERIMENT HISTORY (last 1)\n${"=".repeat(80)}\n\nv1.1 - 2026-01-02T10:00:00\n`);
      expect(out).not.toContain("v1.0 -");
      expect(out).toContain("Line 3 was skipped");
      expect(out).toMatch(new RegExp(`run without a version +status +step +started\n${name} +running +200`));
      const all = await document("runs", "list", ...where, "--all");
      expect((all["experiments"] as { version: string }[]).map(({ version }) => version)).toEqual(["v1.1", "v1.0"]);
      expect(all["runs"]).toMatchObject([{ name, status: "running" }]);
    });

    it("compare prints the seed's text and a document, and warns of other data", async () => {
      const { out } = await call("runs", "compare", "v1.0", "v1.1", ...where);
      expect(out).toContain("v1.0: f1_micro = 0.8234\nv1.1: f1_micro = 0.8765\n\nDifference: +0.0531 (+6.45%)\n✓ Improvement detected\n");
      expect(out).toContain("Warning: the dataset differs (d1.1 and d1.2)");
      expect(await document("runs", "compare", "v1.0", "v1.1", "--metric", "loss", ...where)).toMatchObject({ metric: "loss", direction: "falls", improvement: false, difference: 0.25 });
      expect((await call("runs", "compare", "v1.0", "v9.9", ...where)).code).toBe(1);
    });

    it("best ranks in the direction of the metric, and warns of other data", async () => {
      for (const [metric, versions] of [["f1_micro", ["v1.1", "v1.0"]], ["loss", ["v1.0", "v1.1"]]] as const) {
        const { out, err } = await call("runs", "best", "--metric", metric, ...where, "--json");
        const { ranking, warnings } = JSON.parse(out) as { ranking: { version: string }[]; warnings: string[] };
        expect(ranking.map(({ version }) => version)).toEqual(versions);
        expect(warnings).toHaveLength(1);
        expect(err).toContain("warning: the dataset differs");
      }
      expect((await call("runs", "best", ...where)).out).toMatch(/^Best by f1_micro, which rises[^]*v1\.1 +0\.8765/);
      expect((await call("runs", "best", "--metric", "bleu", ...where)).err).toContain("recorded are f1_micro, loss");
    });

    it("show finds a run by name and directory, a version in the history, and nothing else", async () => {
      const { out } = await call("runs", "show", name, ...where);
      expect(out).toMatch(/status +running/);
      expect(out).toMatch(/Loss, steps 1 to 200\n +1\.9/);
      for (const wanted of [name, join(outputs, name)]) expect(await document("runs", "show", wanted, ...where)).toMatchObject({ run: { name }, experiment: null, curves: { loss: expect.any(Array) } });
      expect((await call("runs", "show", "v1.0", ...where)).out).toContain("Its run directory is not here");
      expect((await call("runs", "show", "v7.7", ...where)).err).toContain("neither the history nor");
    });
  });

  it("leaves the history as it was", () => {
    expect(readFileSync(history, "utf8").split("\n")).toHaveLength(4);
  });
});
