// A training may be stopped, killed or crash in native code: what was saved is intact, and going on from it gives the same bits as never stopping.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireCheckpoint, verifyCheckpoint } from "../../src/checkpoints/index.ts";
import { TunesmithError } from "../../src/errors.ts";
import { listDirectory, readJson, sha256File } from "../../src/files/index.ts";
import { metricSeries, readMetrics, readRun } from "../../src/runs/index.ts";
import { trainModel, type TrainedRun, type TrainingEvent } from "../../src/training/index.ts";
import { makeTinyTraining, type TinyTraining } from "../helpers/tiny-training.ts";

const STEPS = 20;
const SETTINGS = { load_in: "q4_0", epochs: 4 } as const;

let world: TinyTraining;
let whole: TrainedRun;
beforeAll(async () => {
  world = await makeTinyTraining({ layerCount: 1 });
  whole = await trainModel(world.options("whole", SETTINGS));
  expect(whole.outcome.step).toBe(STEPS);
});
afterAll(() => world.remove());

describe("a training that is left alone", () => {
  it("learns, and ends as a version with its losses and its best checkpoint", () => {
    const curve = metricSeries(readMetrics(whole.directory)).get("eval_loss") ?? [];
    expect(curve.at(-1)?.value).toBeLessThan((curve[0]?.value ?? 0) - 0.1);
    expect(whole.record).toMatchObject({ status: "finished", version: "v1.0", last_step: STEPS, metrics: { train_loss: whole.outcome.trainLoss, eval_loss: curve.at(-1)?.value } });
    expect(verifyCheckpoint(whole.outcome.bestCheckpoint ?? "").metrics.validation_loss).toBe(Math.min(...curve.map(({ value }) => value)));
  });
});

describe.each(["SIGKILL", "SIGABRT"] as const)("a training whose process dies of %s", (signal) => {
  let failure: unknown;
  let directory: string;
  beforeAll(async () => {
    failure = await trainModel({ ...world.options(signal, SETTINGS), onRun: (run) => (directory = run.directory), onEvent: killAt(3, signal) }).catch((thrown: unknown) => thrown);
  });

  it("ends as an error that names the run and says how to go on", () => {
    expect(failure).toBeInstanceOf(TunesmithError);
    const { code, message, hint } = failure as TunesmithError;
    const { record } = readRun(directory);
    expect(code).toBe("engine.crashed");
    expect(message).toContain(`Training of ${record.name} failed`);
    expect(message).toContain(signal);
    expect(hint).toBe(`Resume with --resume-from-checkpoint ${requireCheckpoint(directory, "last").directory}`);
  });

  it("leaves a run that is failed and a last checkpoint that is whole", () => {
    const { record } = readRun(directory);
    expect(record).toMatchObject({ status: "failed", version: null, error: { code: "engine.crashed" } });
    const last = verifyCheckpoint(requireCheckpoint(directory, "last").directory);
    expect(last.training.global_step).toBeGreaterThanOrEqual(2);
    expect(last.training.global_step).toBeLessThan(STEPS);
  });
});

describe("a training that goes on", () => {
  it("comes to the very bits of one that was never interrupted, after its process was killed", async () => {
    const resumed = await trainModel({ ...world.options("SIGKILL", SETTINGS), resumeFrom: "last" });
    expect(resumed.record).toMatchObject({ status: "finished", error: null, metrics: whole.record.metrics });
    expectSameTraining(resumed, whole);
  });

  it("comes to the same bits from the step at which it was stopped", async () => {
    const options = world.options("stopped", SETTINGS);
    const stop = new AbortController();
    const stopped = await trainModel({ ...options, signal: stop.signal, onEvent: (event) => event.type === "step" && event.step === 3 && stop.abort() });
    expect(stopped.record.status).toBe("stopped");
    expect(requireCheckpoint(stopped.directory, "last").metadata.training.global_step).toBe(stopped.outcome.step);
    expect(stopped.outcome.step).toBeLessThan(STEPS);
    expectSameTraining(await trainModel({ ...options, resumeFrom: "last" }), whole);
    expect(listDirectory(options.config.output_dir).directories).toHaveLength(1);
  });
});

function killAt(step: number, signal: NodeJS.Signals): (event: TrainingEvent) => void {
  let pid: number | undefined;
  return (event) => {
    if (event.type === "ready") pid = event.facts.pid;
    if (event.type === "step" && event.step === step && pid !== undefined) process.kill(pid, signal);
  };
}

/** Adapter, optimizer, state and the logged curves. */
function expectSameTraining(one: TrainedRun, other: TrainedRun): void {
  const [a, b] = [one, other].map(({ directory }) => requireCheckpoint(directory, "last").directory) as [string, string];
  expect(readJson(join(a, "trainer_state.json"))).toEqual(readJson(join(b, "trainer_state.json")));
  for (const file of ["adapter_model.safetensors", "adapter_config.json", "optimizer.safetensors", "trainer_state.json"]) {
    expect(sha256File(join(a, file)), file).toBe(sha256File(join(b, file)));
  }
  const [curvesA, curvesB] = [one, other].map(({ directory }) => metricSeries(readMetrics(directory))) as [ReturnType<typeof metricSeries>, ReturnType<typeof metricSeries>];
  for (const name of ["loss", "learning_rate", "grad_norm", "eval_loss"]) expect(curvesA.get(name), name).toEqual(curvesB.get(name));
  expect(one.outcome.bestCheckpoint?.split("/").at(-1)).toBe(other.outcome.bestCheckpoint?.split("/").at(-1));
}
