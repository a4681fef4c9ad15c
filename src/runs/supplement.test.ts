import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readHistory } from "./history.ts";
import { createRun } from "./run.ts";
import { findLine, supplementHistory } from "./supplement.ts";

let workspace: string;
beforeEach(() => (workspace = mkdtempSync(join(tmpdir(), "tunesmith-supplement-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

it("adds to what is known of a run by a further line, and rewrites none", async () => {
  const history = join(workspace, "experiment_history.jsonl");
  const run = createRun({ outputDir: join(workspace, "outputs"), tag: "a", model: "m", config: {}, now: () => new Date("2026-03-01T00:00:00Z") });
  await run.finish({ metrics: { train_loss: 1 } });
  const before = readFileSync(history, "utf8");
  await supplementHistory(history, run.record.id, (line) => ({ ...line!, metadata: { ...line!.metadata, model_repo: "ann/m" } }));
  await supplementHistory(history, run.record.id, () => undefined);
  expect(readFileSync(history, "utf8").startsWith(before)).toBe(true);
  expect(readFileSync(history, "utf8").trim().split("\n")).toHaveLength(2);
  expect(readHistory(history).entries).toMatchObject([{ version: "v1.0", metadata: { run_id: run.record.id, model_repo: "ann/m" } }]);
  expect(findLine(history, "run-unknown")).toBeUndefined();
});
