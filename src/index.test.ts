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
