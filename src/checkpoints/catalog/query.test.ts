import { describe, expect, it } from "vitest";
import type { CatalogEntry } from "./entry.ts";
import { formatEntry } from "./format.ts";
import { createdMs, parseMetricCondition, parseTime, scoreOf, selectEntries, sortEntries, type CatalogQuery } from "./query.ts";

const entry = (name: string, parts: { facts?: Record<string, string | number>; metrics?: Record<string, number> } & Partial<Omit<CatalogEntry, "facts" | "metrics">> = {}): CatalogEntry => {
  const { facts = {}, metrics = {}, ...rest } = parts;
  const said = (values: Record<string, string | number>) => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, source: "sidecar" }]));
  return {
    path: `outputs/r/checkpoints/${name}.ckpt`, name, kind: "step", format: "torch", sizeBytes: 1, modifiedMs: Date.UTC(2025, 9, 1), run: { directory: "outputs/r", scheme: "named", name: "receipts", failed: false },
    rankUnknown: false, sidecars: [], problems: [], ...rest, facts: said(facts) as CatalogEntry["facts"], metrics: said(metrics) as CatalogEntry["metrics"],
  };
};
const a = entry("a", { kind: "best", facts: { architecture: "dbnet", encoder: "resnet18", tag: "ocr_baseline_v1", epoch: 0, step: 10, createdAt: "2025-10-19T13:36:00.000Z" }, metrics: { "val/hmean": 0.9525, "test/hmean": 0.8 } });
const b = entry("b", { facts: { architecture: "craft", encoder: "resnet180", phase: "finetuning", epoch: 5, createdAt: "2025-11-01T00:00:00.000Z" }, metrics: { hmean: 0.7, eval_loss: 0.3 } });
const c = entry("c", { format: "adapter", kind: "final", sizeBytes: 100, facts: { baseModel: "meta-llama/Llama-3.2-1B" }, metrics: { val_loss: 0.1 } });
const all = [a, b, c];
const ask = (query: CatalogQuery) => selectEntries(all, query).map(({ name }) => name).join("");

describe("selectEntries", () => {
  it.each<[string, CatalogQuery, string]>([
    ["everything by nothing", {}, "abc"],
    ["a whole encoder, not its beginning", { encoder: "resnet18" }, "a"],
    ["a pattern", { encoder: "RESNET*" }, "ab"],
    ["a tag or the name of the run", { tag: "ocr_*" }, "a"],
    ["the run's name", { tag: "receipts" }, "abc"],
    ["an architecture", { model: "craft" }, "b"],
    ["a base model by its last part", { model: "llama-3.2-1b" }, "c"],
    ["a phase", { phase: "finetuning" }, "b"],
    ["kinds and formats", { kinds: ["best", "final"], formats: ["adapter"] }, "c"],
    ["a score by its last segment, validation before test", { metrics: [parseMetricCondition("hmean>=0.9")] }, "a"],
    ["a loss under any of its names", { metrics: [parseMetricCondition("validation_loss < 1")] }, "bc"],
    ["a range of dates", { after: parseTime("2025-10-19"), before: parseTime("2025-11-01") }, "a"],
    ["words that all must stand somewhere", { words: ["BEST", "dbnet"] }, "a"],
    ["a pattern with marks of its own", { tag: "(a+)+$" }, ""],
  ])("finds %s", (_what, query, expected) => expect(ask(query)).toBe(expected));
});

describe("sortEntries", () => {
  const order = (key: string) => sortEntries(all, key).map(({ name }) => name).join("");
  it("puts the best score first, and what has none last", () => {
    expect([order("hmean"), order("-hmean"), order("eval_loss"), order("-eval_loss")]).toEqual(["abc", "bac", "cba", "bca"]);
  });
  it("puts the newest and the largest first, the earliest epoch first, also epoch 0", () => {
    expect([order("created"), order("size"), order("epoch"), order("-epoch"), order("path"), order("-path")]).toEqual(["bac", "cab", "abc", "bac", "abc", "cba"]);
  });
});

describe("conditions and times", () => {
  it.each(["hmean", "hmean > ", "> 0.5", "hmean ~ 0.5", "hmean > x", "a b > 1"])("refuses %j", (text) => expect(() => parseMetricCondition(text)).toThrow("Cannot read the condition"));
  it("reads every operator", () => {
    for (const operator of [">=", "<=", ">", "<", "=", "!="]) expect(parseMetricCondition(`val/hmean ${operator} -1.5e-1`)).toEqual({ metric: "val/hmean", operator, value: -0.15 });
    expect(parseMetricCondition("x==1").operator).toBe("=");
  });
  it("reads dates, times with and without a zone, and stamps", () => {
    for (const text of ["2025-10-18T20:24:18", "2025-10-18 20:24:18", "20251018_202418", "2025-10-18T22:24:18+02:00", "2025-10-18T20:24:18.000Z"]) expect(parseTime(text)).toBe(Date.UTC(2025, 9, 18, 20, 24, 18));
    for (const text of ["", "yesterday", "2025-13-01", "2025"]) expect(() => parseTime(text)).toThrow("Cannot read the time");
  });
  it("falls back to the file's time", () => {
    expect(createdMs(c)).toBe(Date.UTC(2025, 9, 1));
    expect(scoreOf(c, "toString")).toBeUndefined();
  });
});

describe("formatEntry", () => {
  it("shows model, backbone, experiment, epoch and scores", () => {
    const sample = entry("s", { facts: { architecture: "dbnet", encoder: "resnet18", tag: "ocr_training", epoch: 18, createdAt: "2025-10-19T13:36:00.000Z" }, metrics: { hmean: 0.9525, precision: 0.9508, recall: 0.9549 } });
    expect(formatEntry(sample)).toBe("dbnet · resnet18 · ocr_training (ep18 • hmean 0.953 • prec 0.951 • rec 0.955 • 20251019_1336)");
  });
  it("cuts a long experiment, and shows epoch 0", () => {
    expect(formatEntry(entry("x", { facts: { tag: "x".repeat(24), epoch: 0 } }))).toBe(`unknown · unknown · ${"x".repeat(20)}... (ep0 • 20251001_0000)`);
    expect(formatEntry(entry("x", { facts: { tag: "x".repeat(23) } }))).toContain(`${"x".repeat(23)} (`);
  });
  it("says that nobody knows how good a best is, and which are guesses", () => {
    const guessed = { ...entry("best-v1", { kind: "best", version: 1, rankUnknown: true }), facts: { architecture: { value: "dbnet", source: "name", low: true } } } as CatalogEntry;
    expect(formatEntry(guessed)).toBe("dbnet? · unknown · receipts (best v1 • rank unknown • 20251001_0000)");
  });
  it("shows the base model of an adapter and the score it is watched by", () => {
    expect(formatEntry(entry("x", { facts: { architecture: "llama", baseModel: "meta-llama/Llama-3.2-1B", monitor: "eval_loss", step: 40 }, metrics: { token_accuracy: 0.5, validation_loss: 1.25 } }))).toBe(
      "llama · Llama-3.2-1B · receipts (step 40 • eval_loss 1.250 • 20251001_0000)",
    );
  });
  it("spells out what would move the cursor or turn the text round", () => {
    expect(formatEntry(entry("x", { facts: { tag: "a\nb\u001b[31m\u202ec", step: 1 } }))).toBe("unknown · unknown · a\\nb\\x1b[31m\\u202ec (step 1 • 20251001_0000)");
  });
});
