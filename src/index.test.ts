import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openExperimentTracker, TunesmithError } from "./index.ts";
import * as door from "./index.ts";

it("offers one verb for every stage", () => {
  const verbs = ["prepareDataset", "trainModel", "mergeCheckpoint", "evaluateInChild", "compareEvaluations", "quantizeModel", "openModelPool", "servingRoutes", "listen", "openExperimentTracker", "nextVersion"];
  expect(verbs.filter((verb) => typeof (door as Readonly<Record<string, unknown>>)[verb] !== "function")).toEqual([]);
});

it("reads a history that is not there as empty, and throws its own errors", () => {
  expect(openExperimentTracker("no/such/experiment_history.jsonl").list()).toEqual([]);
  expect(() => door.loadDataset("no/such/dataset")).toThrow(TunesmithError);
});

it("does what the commands about checkpoints do: catalog, prune, restore, migrate, undo, by its own names only", async () => {
  const workspace = mkdtempSync(join(tmpdir(), "tunesmith-door-"));
  try {
    const checkpoints = join(workspace, "outputs/receipts-dbnet-resnet18_training_20251015_120000/checkpoints");
    const now = new Date("2026-03-01T12:00:00Z");
    const weights = readFileSync(new URL("../test/fixtures/torch/protocol-5.pt", import.meta.url));
    mkdirSync(checkpoints, { recursive: true });
    for (const epoch of [1, 2, 3]) writeFileSync(join(checkpoints, `epoch=${epoch}-step=${epoch}00.ckpt`), weights);
    const before = readdirSync(checkpoints);
    const catalog = () => door.readCatalog(join(workspace, "outputs"), { parseYaml: door.parseYaml, placeOf: door.parseRunPlace, peek: door.peekCheckpoint, workspace });

    const plan = door.planPrune(catalog(), { keepBest: 0, keepLast: 1, pinned: new Set([catalog().entries[0]!.path]) });
    expect(plan.verdicts.map(({ keep, reason }) => [keep, reason])).toEqual([[true, "something refers to it"], [false, "older than the newest 1"], [true, "the newest"]]);
    const pruned = await door.applyPrune(plan, now);
    expect(door.listTrash(workspace).map(({ id }) => id)).toEqual([pruned!.id]);
    await door.restoreTrash(workspace, pruned!.id);
    expect(readdirSync(checkpoints)).toEqual(before);

    const migration = door.planMigration(catalog(), { placeOf: door.parseRunPlace, now });
    await door.applyMigration(migration, now);
    expect(readdirSync(checkpoints)).toContain("epoch-01_step-000100.ckpt");
    expect(door.listJournals(workspace).map(({ state }) => state)).toEqual(["finished", "finished"]);
    await door.undoMigration(workspace);
    expect(readdirSync(checkpoints).filter((name) => name.endsWith(".ckpt"))).toEqual(before);
  } finally {
    rmSync(workspace, { recursive: true });
  }
});
