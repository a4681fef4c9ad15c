// A workspace in a temporary folder with checkpoints of foreign trainings, and its migration planned as the command does it.
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readCatalog } from "../../src/checkpoints/catalog/read.ts";
import type { MigrationOptions } from "../../src/checkpoints/migrate/action.ts";
import { planMigration, type MigrationPlan } from "../../src/checkpoints/migrate/plan.ts";
import { parseYaml } from "../../src/config/index.ts";
import { formatDatedName, formatRunName, parseRunPlace } from "../../src/runs/index.ts";

export const now = new Date("2026-11-21T12:00:00Z");

/** Everything is of 2025-10-09 08:53:20 UTC, so that a run whose start nobody says has one. */
const SECOND = 1_760_000_000;

export type Scheme = "hierarchical" | "dated";
/** Where runs lie and how they are named is known to `runs`; the command hands it in, and so do tests. */
export const namings: Readonly<Record<Scheme, NonNullable<MigrationOptions["runs"]>>> = {
  hierarchical: { scheme: "hierarchical", format: (words) => formatRunName(words) },
  dated: { scheme: "dated", format: ({ startedAt }) => formatDatedName({ startedAt }) },
};

export interface MigrationTree {
  readonly workspace: string;
  /** Writes a file; it and the directories above get the same time. */
  readonly put: (path: string, text?: string) => void;
  readonly read: (path: string) => string;
  /** Names in a directory. */
  readonly names: (path: string) => readonly string[];
  readonly plan: (options?: Partial<MigrationOptions>, root?: string) => MigrationPlan;
  /** Every path with kind, permissions, contents and time, without what is ours. */
  readonly snapshot: () => Readonly<Record<string, string>>;
  readonly remove: () => void;
}

export function createMigrationTree(): MigrationTree {
  const workspace = mkdtempSync(join(tmpdir(), "tunesmith-"));
  mkdirSync(join(workspace, "outputs"));
  utimesSync(join(workspace, "outputs"), SECOND, SECOND);
  return {
    workspace,
    put(path, text = path) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), text);
      for (let place = path; place !== "."; place = dirname(place)) utimesSync(join(workspace, place), SECOND, SECOND);
    },
    read: (path) => readFileSync(join(workspace, path), "utf8"),
    names: (path) => readdirSync(join(workspace, path)).sort(),
    plan: (options = {}, root = "outputs") => planMigration(readCatalog(join(workspace, root), { parseYaml, placeOf: parseRunPlace, index: "off" }), { placeOf: parseRunPlace, now, ...options }),
    snapshot: () => takeSnapshot(workspace),
    remove: () => rmSync(workspace, { recursive: true, force: true }),
  };
}

function takeSnapshot(workspace: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = (below: string): void => {
    for (const name of readdirSync(join(workspace, below)).sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      if (name === ".tunesmith") continue;
      const { mode, mtimeMs, isDirectory } = { ...lstatSync(join(workspace, path)), isDirectory: lstatSync(join(workspace, path)).isDirectory() };
      found[path] = `${(mode & 0o777).toString(8)} ${mtimeMs} ${isDirectory ? "directory" : readFileSync(join(workspace, path), "utf8")}`;
      if (isDirectory) visit(path);
    }
  };
  visit("");
  return found;
}

/**
 * The migration of seed 004 (39 checkpoints, 8 renamed, 31 below epoch 10): its file names as far as the seeds give them, the rest of the same
 * series. 273 steps an epoch, as recorded there.
 */
export function putRealTree({ put }: Pick<MigrationTree, "put">): void {
  const two = (epoch: number) => String(epoch).padStart(2, "0");
  const dbnet = "outputs/transforms_test-dbnetpp-dbnetpp_decoder-resnet18/checkpoints";
  for (let epoch = 0; epoch < 10; epoch += 1) put(`${dbnet}/epoch_epoch_${two(epoch)}_step_step_${String((epoch + 1) * 88).padStart(6, "0")}_20251009_0112${epoch}5.ckpt`);
  put(`${dbnet}/epoch_epoch_22_step_step_001932_20251009_015037.ckpt`);
  put(`${dbnet}/epoch_epoch_14_step_step_001320_20251009_013037.ckpt`);
  const pan = "outputs/pan_resnet18_no_polygons_canonical/checkpoints";
  for (let epoch = 0; epoch < 10; epoch += 1) {
    const path = `${pan}/epoch_${two(epoch)}_step_${String((epoch + 1) * 273).padStart(6, "0")}`;
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
