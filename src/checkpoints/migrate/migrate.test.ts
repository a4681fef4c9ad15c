import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readCatalog } from "../catalog/read.ts";
import type { PlaceFacts } from "../catalog/run-context.ts";
import { applyMigration, findOpenMigration, resumeMigration, undoMigration } from "./apply.ts";
import { followMigrations, readCompatibility, resolveLegacyPath } from "./compatibility.ts";
import { followMoves, orderMoves } from "./moves.ts";
import type { MigrationOptions } from "./action.ts";
import { planMigration, type MigrationPlan } from "./plan.ts";
import { formatCounters, formatMigration } from "./report.ts";

const now = new Date("2026-11-21T12:00:00Z");
let folder: string;
let workspace: string;
let count = 0;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "tunesmith-"))));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => fresh());

function fresh(): void {
  count += 1;
  workspace = join(folder, `workspace-${count}`);
  mkdirSync(join(workspace, "outputs"), { recursive: true });
}

function put(path: string, text = path): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
  for (let place = path; place !== "."; place = dirname(place)) utimesSync(join(workspace, place), 1_760_000_000, 1_760_000_000);
}

/** What the room of runs would say; here a run is whatever stands above the innermost `checkpoints`. */
function placeOf(path: string): PlaceFacts | undefined {
  const cut = path.lastIndexOf("/checkpoints");
  if (cut < 0) return undefined;
  const directory = path.slice(0, cut);
  const name = directory.slice(directory.lastIndexOf("/") + 1);
  const dated = /(\d{4}-\d\d-\d\d)\/(\d\d)-(\d\d)-(\d\d)$/.exec(directory);
  if (dated !== null) return { scheme: "dated", directory, startedAt: new Date(`${dated[1]}T${dated[2]}:${dated[3]}:${dated[4]}Z`) };
  return /_\d{8}_\d{6}$/.test(name) ? { scheme: "hierarchical", directory, tag: name.split("-")[0]! } : { scheme: "named", directory, name };
}

const hierarchical: MigrationOptions["runs"] = {
  scheme: "hierarchical",
  format: ({ tag, model, phase, startedAt }) => `${tag.replaceAll("-", "_")}-${model}_${phase}_${startedAt.toISOString().replaceAll(/[-:]|\..*/g, "").replace("T", "_")}`,
};

function plan(options: Partial<MigrationOptions> = {}): MigrationPlan {
  const catalog = readCatalog(join(workspace, "outputs"), { parseYaml: () => ({}), placeOf, index: "off" });
  return planMigration(catalog, { placeOf, now, ...options });
}

/** Every path with kind, contents and time, without what is ours. */
function snapshot(): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (below: string) => {
    for (const name of readdirSync(join(workspace, below)).sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      if (name === ".tunesmith") continue;
      const stat = lstatSync(join(workspace, path));
      found[path] = stat.isDirectory() ? `directory ${stat.mtimeMs}` : `${readFileSync(join(workspace, path), "utf8")} ${stat.mtimeMs}`;
      if (stat.isDirectory()) visit(path);
    }
  };
  visit("");
  return found;
}

const target = (one: MigrationPlan, name: string) => one.files.find(({ from }) => from.endsWith(`/${name}`));

describe("names of checkpoints", () => {
  it.each([
    ["epoch_epoch_22_step_step_001932_20251009_015037.ckpt", "epoch-22_step-001932.ckpt"],
    ["epoch_epoch_02_step_step_000176_20251009_011245.ckpt", "epoch-02_step-000176.ckpt"],
    ["epoch_09_step_002730.ckpt", "epoch-09_step-002730.ckpt"],
    ["epoch=67-step=18564.ckpt", "epoch-67_step-018564.ckpt"],
    ["epoch_0_step_273.ckpt", "epoch-00_step-000273.ckpt"],
    ["epoch-9-step-1030.ckpt", "epoch-09_step-001030.ckpt"],
    ["epoch_epoch=02-step_step=0819-loss_val_loss=1.5191.ckpt", "epoch-02_step-000819_val_loss-1.5191.ckpt"],
    ["epoch_epoch=01-step_step=0546-loss_val/loss=1.6217.ckpt", "epoch-01_step-000546_loss-1.6217.ckpt"],
    ["resnet34_bs4_epoch_epoch=28_step_step=23722.ckpt", "epoch-28_step-023722.ckpt"],
    ["val/hmean=0.8920-best.ckpt", "best-hmean-0.8920.ckpt"],
    ["hmean=0.7990-best.ckpt", "best-hmean-0.7990.ckpt"],
    ["best-hmean(0.8920).ckpt", "best-hmean-0.8920.ckpt"],
    ["last_20251011_004442.ckpt", "last.ckpt"],
    ["epoch-2-step-819.ckpt", "epoch-02_step-000819.ckpt"],
    ["epoch-100-step-5.pt", "epoch-100_step-000005.pt"],
  ])("renames %s to %s", async (from, to) => {
    put(`outputs/a/checkpoints/${from}`);
    const before = snapshot();
    await applyMigration(plan(), now);
    expect(existsSync(join(workspace, "outputs/a/checkpoints", to))).toBe(true);
    expect(readdirSync(join(workspace, "outputs/a/checkpoints")).filter((name) => !name.endsWith(".json"))).toEqual([to]);
    await undoMigration(workspace);
    expect(snapshot()).toEqual(before);
  });

  it.each(["epoch-18_step-003895.ckpt", "epoch-100_step-030000.ckpt", "epoch-05_step-000205_hmean-0.8756.ckpt", "best.ckpt", "best-v1.ckpt", "last.ckpt", "best-loss-0.0234.ckpt"])("leaves %s, which is in the scheme", (name) => {
    put(`outputs/a/checkpoints/${name}`);
    expect(target(plan(), name)).toMatchObject({ outcome: "skip", reason: "already in scheme" });
  });

  it("keeps and reports a name it cannot read, without an error", () => {
    put("outputs/a/checkpoints/my favourite.ckpt");
    expect(plan()).toMatchObject({ counters: { total: 1, skipped: 1, errors: 0 }, steps: [], files: [{ reason: "its name cannot be read" }] });
  });

  it("gives a conflict the suffix _v2, and moves the sidecars along", async () => {
    put("outputs/a/checkpoints/epoch-09_step-001030.ckpt");
    put("outputs/a/checkpoints/epoch-9-step-1030.ckpt");
    put("outputs/a/checkpoints/epoch-9-step-1030.ckpt.metadata.yaml", "{}");
    put("outputs/a/checkpoints/epoch_9_step_1030.ckpt");
    await applyMigration(plan(), now);
    expect(readdirSync(join(workspace, "outputs/a/checkpoints")).sort()).toEqual(["epoch-09_step-001030.ckpt", "epoch-09_step-001030_v2.ckpt", "epoch-09_step-001030_v2.ckpt.metadata.yaml", "epoch-09_step-001030_v3.ckpt"]);
  });

  it("writes what the name loses into the sidecar", async () => {
    put("outputs/a/checkpoints/resnet34_bs4_epoch_epoch=28_step_step=23722.ckpt");
    put("outputs/a/checkpoints/last_20251011_004442.ckpt");
    put("outputs/a/checkpoints/last_20251011_004442.metadata.json", '{"metrics": {"hmean": 0.90}}\n');
    await applyMigration(plan(), now);
    const read = (name: string) => JSON.parse(readFileSync(join(workspace, "outputs/a/checkpoints", name), "utf8"));
    expect(read("epoch-28_step-023722.metadata.json")).toMatchObject({ model: { encoder: { model_name: "resnet34" } }, config: { batch_size: 4 }, training: { epoch: 28, global_step: 23722 } });
    expect(read("last.metadata.json")).toEqual({ metrics: { hmean: 0.9 }, migrated_from: { name: "last_20251011_004442.ckpt", saved_at: "20251011_004442" } });
    expect(readFileSync(join(workspace, "outputs/a/checkpoints/last.metadata.json"), "utf8")).toContain("0.90");
  });
});

describe("references", () => {
  it("rewrites whole path tokens in the form each was written in, and nothing else", async () => {
    const old = "outputs/a/checkpoints/epoch=67-step=18564.ckpt";
    put(old);
    const text = `resume: ${old}\nabsolute: "${"WORKSPACE"}/${old}"\nlocal: checkpoints/epoch=67-step=18564.ckpt # kept\noverrides: ['resume="${old}"', exp_name=a]\nother: x${old}\n`;
    put("outputs/a/.hydra/config.yaml", text.replace("WORKSPACE", workspace));
    await applyMigration(plan(), now);
    const fine = "outputs/a/checkpoints/epoch-67_step-018564.ckpt";
    expect(readFileSync(join(workspace, "outputs/a/.hydra/config.yaml"), "utf8")).toBe(
      `resume: ${fine}\nabsolute: "${workspace}/${fine}"\nlocal: checkpoints/epoch-67_step-018564.ckpt # kept\noverrides: ['resume="${fine}"', exp_name=a]\nother: x${old}\n`,
    );
  });
});

describe("run directories", () => {
  it("moves them to the scheme, the nested ones out of the others", async () => {
    put("outputs/A/checkpoints/epoch=20-step=9.ckpt");
    put("outputs/A/checkpoints/B/checkpoints/epoch-14_step-000030.ckpt");
    put("outputs/A/config.yaml", "best: outputs/A/checkpoints/B/checkpoints/epoch-14_step-000030.ckpt\n");
    const before = snapshot();
    const made = plan({ runs: hierarchical });
    expect(made.counters).toMatchObject({ renamed: 1, moved: 2, skipped: 1 });
    await applyMigration(made, now);
    expect(readdirSync(join(workspace, "outputs")).sort()).toEqual(["A-unknown_training_20251009_085320", "B-unknown_training_20251009_085320"]);
    expect(readFileSync(join(workspace, "outputs/A-unknown_training_20251009_085320/config.yaml"), "utf8")).toBe("best: outputs/B-unknown_training_20251009_085320/checkpoints/epoch-14_step-000030.ckpt\n");
    expect(resolveLegacyPath("outputs/A/checkpoints/epoch=20-step=9.ckpt", workspace)).toBe(join(workspace, "outputs/A-unknown_training_20251009_085320/checkpoints/epoch-20_step-000009.ckpt"));
    await undoMigration(workspace);
    expect(snapshot()).toEqual(before);
  });
});

/**
 * The migration of seed 004 (39 checkpoints, 8 renamed, 31 below epoch 10): its file names as far as the seeds give them, the rest of the same
 * series. 11 epochs of a run of 273 steps an epoch, as recorded there.
 */
function putRealTree(): void {
  const dir = "outputs/transforms_test-dbnetpp-dbnetpp_decoder-resnet18/checkpoints";
  for (let epoch = 0; epoch < 10; epoch += 1) put(`${dir}/epoch_epoch_${String(epoch).padStart(2, "0")}_step_step_${String((epoch + 1) * 88).padStart(6, "0")}_20251009_0112${epoch}5.ckpt`);
  put(`${dir}/epoch_epoch_22_step_step_001932_20251009_015037.ckpt`);
  put(`${dir}/epoch_epoch_14_step_step_001320_20251009_013037.ckpt`);
  const pan = "outputs/pan_resnet18_no_polygons_canonical/checkpoints";
  for (let epoch = 0; epoch < 10; epoch += 1) {
    const path = `${pan}/epoch_${String(epoch).padStart(2, "0")}_step_${String((epoch + 1) * 273).padStart(6, "0")}`;
    put(`${path}.ckpt`);
    put(`${path}.metadata.json`, JSON.stringify({ training: { epoch, global_step: (epoch + 1) * 273 }, model: {}, metrics: { hmean: epoch === 4 ? 0.95 : 0.8 + epoch / 100 }, config: { monitor: "val/hmean", mode: "max" } }));
  }
  for (const [epoch, step] of [[14, 4095], [16, 4641], [18, 5187]] as const) put(`${pan}/epoch_${epoch}_step_00${step}.ckpt`);
  const first = "outputs/ocr_training/checkpoints";
  for (let epoch = 0; epoch < 7; epoch += 1) put(`${first}/epoch=${epoch}-step=${(epoch + 1) * 273}.ckpt`);
  for (const [epoch, step] of [[67, 18564], [20, 5733], [31, 8736]] as const) put(`${first}/epoch=${epoch}-step=${step}.ckpt`);
  const short = "outputs/receipts_balanced-dbnet-fpn_decoder-resnet34/checkpoints";
  for (let epoch = 0; epoch < 4; epoch += 1) put(`${short}/epoch-${epoch}-step-${52 * (epoch + 1)}.ckpt`);
}

describe("the migration of seed 004", () => {
  it("renames 8 of 39 and, of the 31 below epoch 10, keeps back the best, the top and short runs", async () => {
    putRealTree();
    const before = snapshot();
    const made = plan({ deleteOld: true });
    expect(made.candidates).toBe(31);
    expect(formatCounters(made.counters)).toBe("total 39  renamed 8  moved 0  deleted 24  skipped 0  kept back 7  errors 0");
    const kept = made.files.filter(({ outcome }) => outcome === "keep_back").map(({ reason }) => reason);
    expect(kept).toContain("epoch 4 is before 10, but: best hmean of its run, 0.9500");
    expect(kept).toContain("epoch 9 is before 10, but: number 2 by hmean, 0.8900");
    expect(kept).toContain("epoch 3 is before 10, but: the newest of its run");
    expect(kept).toContain("epoch 0 is before 10, but: its run has only 4 epochs");
    const lines = formatMigration(made, { dryRun: true, deleteOld: true, keepMinEpoch: 10, verbose: false });
    expect(lines).toContain("  rename  epoch=67-step=18564.ckpt → epoch-67_step-018564.ckpt");
    expect(lines).toContain("Dry run: nothing was touched.");
    await applyMigration(made, now);
    expect(readdirSync(join(workspace, "outputs/ocr_training/checkpoints")).sort()).toEqual(["epoch-20_step-005733.ckpt", "epoch-31_step-008736.ckpt", "epoch-67_step-018564.ckpt"]);
    await undoMigration(workspace);
    expect(snapshot()).toEqual(before);
  });

  it("renames what it would delete when it was not asked to, with a tip", () => {
    putRealTree();
    const made = plan();
    expect(made.counters).toMatchObject({ total: 39, renamed: 39, deleted: 0, skipped: 0 });
    expect(formatMigration(made, { dryRun: true, deleteOld: false, keepMinEpoch: 10, verbose: false }).at(-1)).toMatch(/^Tip: 31 of these are before epoch 10; --delete-old/);
  });

  it("keeps back what is pinned", () => {
    putRealTree();
    const made = plan({ deleteOld: true, pinned: ({ path }) => (path.includes("epoch=2-") ? "it is tagged" : undefined) });
    expect(target(made, "epoch=2-step=819.ckpt")).toMatchObject({ outcome: "keep_back", reason: "epoch 2 is before 10, but: it is tagged" });
  });
});

describe("undo", () => {
  const name = fc.oneof(
    fc.tuple(fc.nat(150), fc.nat(99_999)).chain(([epoch, step]) =>
      fc.constantFrom(`epoch=${epoch}-step=${step}`, `epoch_${epoch}_step_${step}`, `epoch-${epoch}-step-${step}`, `epoch_epoch_${epoch}_step_step_${step}_20251009_015037`, `resnet18_bs12_epoch_epoch=${epoch}_step_step=${step}`, `epoch_epoch=${epoch}-step_step=${step}-loss_val/loss=1.6217`, `epoch-${epoch}_step-${step}`, `epoch_${epoch}_step_${step}_dbnet_resnet18`),
    ),
    fc.constantFrom("best", "best-v1", "last", "last_20251011_004442", "val/hmean=0.8920-best", "hmean=0.7990-best", "best-hmean(0.8920)", "best-hmean-0.8920", "what is this"),
  );
  const runName = fc.constantFrom("a", "b", "17", "2025-10-18/20-24-18", "tag-dbnet_training_20251015_120000", "a/checkpoints/inner", "a/checkpoints/inner/checkpoints/deep");
  const file = fc.record({ run: runName, name, sidecar: fc.constantFrom("", ".metadata.json", ".ckpt.metadata.yaml", ".config.json"), extension: fc.constantFrom(".ckpt", ".pth") });

  it("is the inverse of migrating, on any tree", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 12 }), fc.boolean(), fc.boolean(), async (files, deleteOld, moveRuns) => {
        fresh();
        for (const { run, name: stem, sidecar, extension } of files) {
          put(`outputs/${run}/checkpoints/${stem}${extension}`);
          if (sidecar !== "") put(`outputs/${run}/checkpoints/${stem}${sidecar}`, `{"checkpoint_path": "checkpoints/${stem}${extension}"}`);
        }
        const before = snapshot();
        const made = plan({ deleteOld, keepMinEpoch: 40, ...(moveRuns && { runs: hierarchical }) });
        const { total, renamed, deleted, skipped, kept_back } = made.counters;
        expect(renamed + deleted + skipped + kept_back).toBe(total);
        await applyMigration(made, now);
        const again = plan(moveRuns ? { runs: hierarchical } : {});
        expect(again.counters).toMatchObject({ renamed: 0, moved: 0 });
        if (made.steps.length > 0) await undoMigration(workspace);
        expect(snapshot()).toEqual(before);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe("a process killed in the middle", () => {
  async function kill(): Promise<Record<string, string>> {
    putRealTree();
    const before = snapshot();
    const here = dirname(fileURLToPath(import.meta.url));
    const script = join(workspace, "..", `child-${count}.mts`);
    const at = (path: string) => JSON.stringify(pathToFileURL(join(here, path)).href);
    writeFileSync(
      script,
      `import { readCatalog } from ${at("../catalog/read.ts")};\nimport { planMigration } from ${at("plan.ts")};\nimport { applyMigration } from ${at("apply.ts")};
const placeOf = (path) => { const cut = path.lastIndexOf("/checkpoints"); return cut < 0 ? undefined : { scheme: "named", directory: path.slice(0, cut), name: path.slice(0, cut).split("/").at(-1) }; };
const catalog = readCatalog(${JSON.stringify(join(workspace, "outputs"))}, { parseYaml: () => ({}), placeOf, index: "off" });
const plan = planMigration(catalog, { placeOf, deleteOld: true, now: new Date(0) });
await applyMigration(plan, new Date(0), { onStep: (done) => { if (done === 20) process.kill(process.pid, "SIGKILL"); } });\n`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: "ignore" });
    const signal = await new Promise((resolve) => child.on("exit", (_code, name) => resolve(name)));
    expect(signal).toBe("SIGKILL");
    return before;
  }

  it("leaves a migration that says so and can be finished", async () => {
    const before = await kill();
    expect(findOpenMigration(workspace)).toMatchObject({ state: "open" });
    await expect(applyMigration(plan(), now)).rejects.toMatchObject({ code: "files.journal_open" });
    expect(await resumeMigration(workspace)).toMatchObject({ state: "finished" });
    expect(plan().counters).toMatchObject({ renamed: 0 });
    await undoMigration(workspace);
    expect(snapshot()).toEqual(before);
  }, 30_000);

  it("leaves a migration that can be taken back", async () => {
    const before = await kill();
    expect(await undoMigration(workspace)).toMatchObject({ state: "undone" });
    expect(snapshot()).toEqual(before);
  }, 30_000);
});

describe("moves", () => {
  it("swaps two names through a third", () => {
    const ordered = orderMoves([{ from: "A", to: "B" }, { from: "B", to: "A" }]);
    expect(ordered).toHaveLength(3);
    expect([followMoves(ordered, "A/x"), followMoves(ordered, "B/x")]).toEqual(["B/x", "A/x"]);
  });

  it("goes through a third name when only the case changes", () => {
    expect(orderMoves([{ from: "Last", to: "last" }])).toEqual([{ from: "Last", to: "Last.migrating" }, { from: "Last.migrating", to: "last" }]);
  });
});

describe("the compatibility map", () => {
  it("follows chains, one step for each migration", () => {
    const pair = (from: string, to: string) => ({ from, to });
    const map = { schema_version: 1 as const, migrations: [{ migrated_at: "", paths: [pair("A", "B"), pair("B", "A"), pair("A/x", "B/y")] }, { migrated_at: "", paths: [pair("B", "C")] }] };
    expect(["A/z", "B/z", "A/x", "other"].map((path) => followMigrations(map, path))).toEqual(["C/z", "A/z", "C/y", "other"]);
  });

  it("is only added to, and leaves alone what stands at the old path again", async () => {
    put("outputs/a/checkpoints/epoch=20-step=9.ckpt");
    await applyMigration(plan(), now);
    put("outputs/a/checkpoints/epoch=21-step=10.ckpt");
    await applyMigration(plan(), now);
    expect(readCompatibility(workspace).migrations).toHaveLength(2);
    expect(resolveLegacyPath(join(workspace, "outputs/a/checkpoints/epoch=20-step=9.ckpt"), workspace)).toBe(join(workspace, "outputs/a/checkpoints/epoch-20_step-000009.ckpt"));
    put("outputs/a/checkpoints/epoch=20-step=9.ckpt");
    expect(resolveLegacyPath("outputs/a/checkpoints/epoch=20-step=9.ckpt", workspace)).toBeUndefined();
    expect(statSync(join(workspace, "outputs/a/checkpoints/epoch=20-step=9.ckpt")).isFile()).toBe(true);
  });

  it("says that it is damaged", async () => {
    put(".tunesmith/compatibility.json", "{");
    expect(() => readCompatibility(workspace)).toThrow(/compatibility\.json: /);
  });
});
