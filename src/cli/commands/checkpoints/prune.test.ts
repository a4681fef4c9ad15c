// `checkpoints prune` and `checkpoints restore` on a Lightning tree with sidecars: what goes, what stays, and that everything comes back.
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runJournal } from "../../../files/index.ts";
import { createRun, readRun } from "../../../runs/index.ts";
import { main } from "../../main.ts";

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), "cli-prune-"))));
afterEach(() => rmSync(root, { recursive: true }));

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
  const code = await main(["checkpoints", ...words], { world });
  return { code, out: out.join(""), err: err.join("") };
}
async function document(...words: readonly string[]) {
  const { code, out, err } = await call(...words, "--json");
  expect(`${code} ${code === 0 ? "" : out + err}`).toBe("0 ");
  return JSON.parse(out) as { kept: number; deleted: number; total: number; freed_bytes: number; applied: boolean; journal: string; checkpoints: { path: string; keep: boolean; reason: string; paths: string[] }[]; entries: { id: string; path: string }[]; restored: unknown[] };
}

const outputs = () => join(root, "outputs");
const put = (path: string, text: string | Uint8Array) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
/** A real PyTorch file. */
const weights = readFileSync(new URL("../../../../test/fixtures/torch/protocol-5.pt", import.meta.url));
const plant = () => {
  const folder = "outputs/receipts-dbnet-resnet18_training_20251015_120000/checkpoints";
  for (const [epoch, hmean] of [[1, 0.5], [2, 0.9], [3, 0.6], [4, 0.7], [5, 0.4]] as const) {
    put(`${folder}/epoch-0${epoch}_step-00${epoch}000.ckpt`, weights);
    put(`${folder}/epoch-0${epoch}_step-00${epoch}000.ckpt.metadata.yaml`, `schema_version: "1.0"\ntraining:\n  epoch: ${epoch}\n  global_step: ${epoch}000\nmetrics:\n  hmean: ${hmean}\n  precision: 0.5\n  recall: 0.5\ncheckpointing:\n  monitor: val/hmean\n  mode: max\n`);
  }
  put(`${folder}/best.ckpt`, weights);
  put(`${folder}/last.ckpt`, weights);
  put(`${folder}/something odd.ckpt`, "?");
  return folder;
};
const names = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith(".ckpt")).sort();

describe("checkpoints prune", () => {
  it("shows the plan, carries the same one out, and restore brings it all back", async () => {
    const folder = plant();
    const before = readdirSync(join(root, folder));
    const dry = await document("prune", outputs(), "--keep-best", "1", "--keep-last", "1", "--dry-run");
    expect(dry.applied).toBe(false);
    expect(readdirSync(join(root, folder))).toEqual(before);
    expect(dry.checkpoints.filter(({ keep }) => !keep).map(({ path, paths }) => [path.slice(-25), paths.length])).toEqual([1, 3, 4].map((epoch) => [`epoch-0${epoch}_step-00${epoch}000.ckpt`, 2]));
    const real = await document("prune", outputs(), "--keep-best", "1", "--keep-last", "1");
    expect({ ...real, applied: false, journal: null }).toEqual(dry);
    expect(names(folder)).toEqual(["best.ckpt", "epoch-02_step-002000.ckpt", "epoch-05_step-005000.ckpt", "last.ckpt", "something odd.ckpt"]);
    expect((await document("restore", "--list", "--output-dir", outputs())).entries).toHaveLength(6);
    expect((await document("restore", real.journal, "--output-dir", outputs())).restored).toHaveLength(6);
    expect(readdirSync(join(root, folder))).toEqual(before);
  });

  it("says what it would do in words", async () => {
    const folder = plant();
    const { code, out } = await call("prune", outputs(), "--monitor", "val/hmean", "--keep-best", "1", "--keep-last", "0", "--dry-run");
    expect(code).toBe(0);
    expect(out).toContain("number 5 by val/hmean");
    expect(out).toContain("Dry run: nothing was touched.");
    expect(names(folder)).toHaveLength(8);
  });

  it("takes a prune back", async () => {
    const folder = plant();
    const before = readdirSync(join(root, folder));
    await document("prune", outputs(), "--keep-best", "1");
    expect((await call("prune", outputs(), "--undo")).code).toBe(0);
    expect(readdirSync(join(root, folder))).toEqual(before);
    expect((await call("prune", outputs(), "--resume")).err).toContain("there is none");
  });

  it("says after an interruption how to go on, and goes on", async () => {
    const folder = plant();
    const paths = [1, 3].map((epoch) => `${folder}/epoch-0${epoch}_step-00${epoch}000.ckpt`);
    const cut = runJournal(root, { purpose: "prune checkpoints", steps: paths.map((path) => ({ action: "trash", path })) }, new Date(0), { onStep: () => { throw new Error("killed"); } });
    await expect(cut).rejects.toThrow("killed");
    const { code, err } = await call("prune", outputs(), "--keep-best", "1");
    expect(code).toBe(1);
    expect(err).toMatch(/stands at step 1 of 2(.|\n)*checkpoints prune \S*outputs --resume or .*outputs --undo/);
    expect((await call("prune", outputs(), "--resume")).code).toBe(0);
    expect(names(folder)).toHaveLength(6);
    expect((await call("prune", outputs(), "--undo")).code).toBe(0);
    expect(names(folder)).toHaveLength(8);
  });

  it("brings the newest deletion back by that word, and lists sizes and times", async () => {
    const folder = plant();
    await document("prune", outputs(), "--keep-best", "1");
    const { out } = await call("restore", "--list", "--output-dir", outputs());
    expect(out).toMatch(/2026-02-01 00:00/);
    expect((await call("restore", "newest", "--output-dir", outputs())).code).toBe(0);
    expect(names(folder)).toHaveLength(8);
    expect((await call("restore", "newest", "--output-dir", outputs())).err).toContain("not in the trash");
  });

  it("spares what it cannot make out: a broken sidecar, weights of an unknown name", async () => {
    const folder = plant();
    put(`${folder}/epoch-01_step-001000.ckpt`, "no weights at all");
    put(`${folder}/epoch-03_step-003000.ckpt.metadata.yaml`, "metrics: [");
    const plan = await document("prune", outputs(), "--keep-best", "1", "--keep-last", "1", "--dry-run");
    const verdict = (name: string) => plan.checkpoints.find(({ path }) => path.endsWith(name));
    expect(verdict("epoch-01_step-001000.ckpt")).toMatchObject({ keep: false });
    expect(verdict("epoch-03_step-003000.ckpt")).toMatchObject({ keep: true, reason: expect.stringContaining("not sure what it is") as string });
    expect(verdict("something odd.ckpt")).toMatchObject({ keep: true });
  });

  it("spares a tagged run, and what a run names", async () => {
    const run = createRun({ outputDir: outputs(), tag: "keep", model: "tiny", phase: "training", config: {}, now: () => new Date("2026-01-01T00:00:00Z") });
    const checkpoints = join("outputs", run.record.name, "checkpoints");
    for (const step of [1, 2, 3]) put(`${checkpoints}/epoch-00_step-00000${step}.ckpt`, weights);
    run.update({ artifacts: { best_checkpoint: join(run.directory, "checkpoints/epoch-00_step-000001.ckpt") } });
    await run.finish({});
    const plan = await document("prune", outputs(), "--keep-best", "0", "--keep-last", "1", "--dry-run");
    expect(plan.checkpoints.map(({ keep, reason }) => [keep, reason])).toEqual([[true, "its run names it as best checkpoint"], [false, "older than the newest 1"], [true, "the newest"]]);
    const path = join(run.directory, "run.json");
    writeFileSync(path, JSON.stringify({ ...readRun(run.directory).record, tags: ["paper"] }));
    expect((await document("prune", outputs(), "--keep-best", "0", "--keep-last", "1", "--dry-run")).deleted).toBe(0);
  });

  it("takes runs by version, id, name or path, several at once, and leaves the others alone", async () => {
    const minted = ["a", "b", "c"].map((tag, index) => {
      const run = createRun({ outputDir: outputs(), tag, model: "tiny", phase: "training", config: {}, now: () => new Date(Date.UTC(2026, 0, 1, index)) });
      for (const step of [1, 2]) put(join("outputs", run.record.name, `checkpoints/epoch-00_step-00000${step}.ckpt`), weights);
      return run;
    });
    const [a, b] = minted as [(typeof minted)[0], (typeof minted)[0]];
    for (const [index, run] of minted.entries()) await run.finish({ requestedVersion: `v1.${index + 2}` });
    const prune = (...places: readonly string[]) => document("prune", ...places, "--keep-best", "0", "--keep-last", "1", "--dry-run", "--output-dir", outputs());
    for (const place of ["v1.2", a.record.id, a.record.name, a.directory]) expect((await prune(place)).checkpoints.map(({ path }) => path.split("/")[1])).toEqual([a.record.name, a.record.name]);
    expect(await prune("v1.2", b.record.name, a.directory)).toMatchObject({ total: 4, deleted: 2, freed_bytes: 2 * weights.byteLength });
    expect((await call("prune", "v9.9", "--output-dir", outputs())).err).toContain("Cannot find run v9.9");
    expect((await call("prune", join(outputs(), "nowhere"))).err).toContain("there is no such directory");
    mkdirSync(join(root, "elsewhere"));
    expect((await call("prune", a.directory, join(root, "elsewhere"))).err).toContain("Cannot plan for both at once");
  });

  it("frees nothing for a file that lives on under another name", async () => {
    const folder = plant();
    rmSync(join(root, folder, "best.ckpt"));
    linkSync(join(root, folder, "epoch-01_step-001000.ckpt"), join(root, folder, "best.ckpt"));
    const { freed_bytes, checkpoints } = await document("prune", outputs(), "--keep-best", "0", "--keep-last", "4", "--dry-run");
    const [gone] = checkpoints.filter(({ keep }) => !keep);
    expect(freed_bytes).toBe(readFileSync(join(root, gone!.paths[1]!)).byteLength);
  });

  it.each([
    [["--keep-best", "0", "--keep-last", "0"], 2, "are all 0"],
    [["--monitor", "rougeL"], 2, 'Cannot use the metric "rougeL"'],
    [["--resume", "--undo"], 2, "exclude each other"],
  ])("refuses %j", async (words, code, message) => {
    plant();
    const result = await call("prune", outputs(), ...words);
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(message)]);
  });

  it("judges by age where there are no scores, and asks for a metric only when scores were to decide", async () => {
    for (const step of [1, 2, 3]) put(`outputs/a/checkpoints/epoch-01_step-00000${step}.ckpt`, weights);
    const { out, err } = await call("prune", outputs(), "--dry-run");
    expect(out + err).toContain("judged by age alone");
    expect(out).toContain("2 kept, 1 to delete");
    expect((await call("prune", outputs(), "--keep-best", "1")).err).toContain("Cannot tell which checkpoints are best");
    expect((await call("prune", outputs(), "--monitor", "val/hmean")).err).toContain("no checkpoint has it; there are f1");
    mkdirSync(join(root, "empty"));
    expect((await call("prune", join(root, "empty"))).code).toBe(0);
  });
});

describe("checkpoints restore --empty", () => {
  it("deletes for good only with --yes", async () => {
    plant();
    await document("prune", outputs(), "--keep-best", "1");
    expect((await call("restore", "--empty", "--output-dir", outputs())).out).toContain("would be freed");
    expect((await call("restore", "--empty", "--older-than", "3", "--yes", "--output-dir", outputs())).code).toBe(0);
    expect((await document("restore", "--list", "--output-dir", outputs())).entries).not.toEqual([]);
    expect((await call("restore", "--empty", "--yes", "--output-dir", outputs())).out).toContain("Deleted for good");
    expect((await document("restore", "--output-dir", outputs())).entries).toEqual([]);
    expect(existsSync(join(root, ".tunesmith/trash"))).toBe(true);
  });
});
