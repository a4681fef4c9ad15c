// From decisions to steps of a journal, in the order in which they can be done: texts, trash, checkpoints, what their names lost, runs, the map.
import { basename, dirname, join, relative } from "node:path";
import { exists, observePath, sha256File, type JournalStep, type PathFacts } from "../../files/index.ts";
import type { Catalog } from "../catalog/read.ts";
import { COMPATIBILITY_FILE, readCompatibility } from "./compatibility.ts";
import { createContents } from "./contents.ts";
import { findEmptied } from "./emptied.ts";
import { createFollow, orderMoves, type Follow, type Move } from "./moves.ts";
import { isBeside, stemOf } from "./plan-files.ts";
import type { FileAction, MigrationOptions, RunAction } from "./action.ts";
import { planTexts, type PlannedTexts } from "./texts.ts";

/** Checkpoints up to this size have their digest recorded. */
const DIGEST_LIMIT_BYTES = 1_000_000;

interface PlannedSteps extends Pick<PlannedTexts, "rewritten" | "passedOver" | "problems"> {
  readonly steps: readonly JournalStep[];
}

export function planSteps(catalog: Catalog, files: readonly FileAction[], runs: readonly RunAction[], { verify = false, now, runs: naming }: MigrationOptions): PlannedSteps {
  const { workspace } = catalog;
  const fileMoves = byDepth(uniqueMoves(files.flatMap(movesOf)));
  const runMoves = byDepth(runs.filter(({ from, to }) => from !== to));
  const trash = trashOf(files);
  if (fileMoves.length === 0 && runMoves.length === 0 && trash.size === 0) return { steps: [], rewritten: [], passedOver: [], problems: [] };
  const where = createWhere(fileMoves, runMoves);
  const { replaced, created, ...report } = planTexts(catalog, { files, runs, scheme: naming?.scheme, trash, target: where.target });
  const sources = [...fileMoves, ...runMoves].map(({ from }) => from);
  const contentsOf = createContents({ workspace, entries: catalog.entries, apart: new Set([...sources, ...replaced.keys(), ...trash.keys()]), limitBytes: verify ? Infinity : DIGEST_LIMIT_BYTES });
  const expect = (path: string): PathFacts | undefined => {
    if (replaced.has(path)) return undefined;
    const facts = observePath(join(workspace, path));
    if (facts?.kind === "directory" && !trash.has(path)) {
      return { kind: "directory", contents: contentsOf(path) };
    }
    if (facts?.kind !== "file") return facts === undefined ? undefined : { kind: facts.kind };
    return verify || (facts.size_bytes ?? 0) <= DIGEST_LIMIT_BYTES ? { ...facts, digest: sha256File(join(workspace, path)) } : facts;
  };
  const rename = ({ from, to }: Move): JournalStep => ({ action: "rename", from, to, ...present(expect(from)) });
  const emptied = findEmptied(workspace, {
    gone: [...sources, ...trash.keys()],
    arrived: [...[...fileMoves, ...runMoves].map(({ to }) => to), ...created.keys()].map((path) => where.followRuns(path)),
    kept: ["outputs", relative(workspace, catalog.root).replaceAll("\\", "/")],
    placeOf: (directory) => where.target(directory) ?? directory,
  });
  const steps: JournalStep[] = [
    ...[...replaced].map(([path, { text, expect }]): JournalStep => ({ action: "write", path, text, expect })),
    ...[...trash].map(([path, reason]): JournalStep => ({ action: "trash", path, reason, ...present(expect(path)) })),
    ...fileMoves.map(rename),
    ...[...created].map(([path, text]): JournalStep => ({ action: "write", path, text })),
    ...runMoves.map(rename),
    ...runs.filter(({ from, to }) => from !== to).flatMap((run) => noteOf(workspace, run, where, now)),
    ...emptied.map((path): JournalStep => ({ action: "remove_directory", path: where.target(path) ?? path })),
    ...mapStep(workspace, sources, where, now),
  ];
  return { steps, ...report };
}

/** A checkpoint with the sidecars that carry its name. */
function movesOf({ entry, from, to }: FileAction): readonly Move[] {
  if (from === to) return [];
  const [oldStem, newStem] = [stemOf(from), stemOf(to)];
  const beside = entry.sidecars.filter((name) => isBeside(entry, name));
  return [{ from, to }, ...beside.map((name) => ({ from: `${dirname(from)}/${name}`, to: `${dirname(to)}/${newStem}${name.slice(oldStem.length)}` }))];
}

/** Two checkpoints that share a sidecar: it goes with the first. */
function uniqueMoves(moves: readonly Move[]): readonly Move[] {
  return [...new Map([...moves].reverse().map((move) => [move.from, move])).values()].reverse();
}

function trashOf(files: readonly FileAction[]): ReadonlyMap<string, string> {
  const stays = new Set(files.filter(({ outcome }) => outcome !== "delete").flatMap(({ entry, from }) => entry.sidecars.map((name) => `${dirname(from)}/${name}`)));
  const trash = new Map<string, string>();
  for (const { outcome, entry, from, reason } of files) {
    if (outcome !== "delete") continue;
    trash.set(from, reason);
    for (const name of entry.sidecars) {
      const path = `${dirname(from)}/${name}`;
      if (isBeside(entry, name) && !stays.has(path)) trash.set(path, `it describes ${basename(from)}`);
    }
  }
  return new Map([...trash].filter(([path]) => ![...parentsOf(path)].some((parent) => trash.has(parent))));
}

/** The deepest first, so that each `from` is still true when its turn comes. */
function byDepth(moves: readonly Move[]): readonly Move[] {
  const levels = new Map<number, Move[]>();
  for (const { from, to } of moves) {
    const depth = from.split("/").length;
    levels.set(depth, [...(levels.get(depth) ?? []), { from, to }]);
  }
  return [...levels].sort(([a], [b]) => b - a).flatMap(([, level]) => orderMoves(level));
}

interface Where {
  /** Where a path leads once the checkpoints have their names and the runs move. */
  readonly followRuns: Follow;
  /** Where a path of the former tree leads; undefined when it stays. */
  readonly target: (path: string) => string | undefined;
}

function createWhere(fileMoves: readonly Move[], runMoves: readonly Move[]): Where {
  const moves = new Map(fileMoves.map(({ from, to }) => [from, to]));
  const followRuns = createFollow(runMoves);
  return {
    followRuns,
    target: (path) => {
      let here = path;
      for (const place of [path, ...parentsOf(path)]) {
        const to = moves.get(place);
        if (to === undefined) continue;
        here = here.startsWith(place) ? to + here.slice(place.length) : here;
      }
      const led = followRuns(here);
      return led === path ? undefined : led;
    },
  };
}

/** The nearest first. */
function* parentsOf(path: string): Generator<string> {
  for (let cut = path.lastIndexOf("/"); cut > 0; cut = path.lastIndexOf("/", cut - 1)) yield path.slice(0, cut);
}

/** What the directory's name said stays with the run. */
function noteOf(workspace: string, { from, to, reason }: RunAction, where: Where, now: Date): readonly JournalStep[] {
  if (exists(join(workspace, from, "migrated_from.json"))) return [];
  const note = { schema_version: 1, directory: from, migrated_at: now.toISOString(), ...(reason !== "" && { remark: reason }) };
  return [{ action: "write", path: `${where.target(from) ?? to}/migrated_from.json`, text: `${JSON.stringify(note, null, 2)}\n` }];
}

function mapStep(workspace: string, sources: readonly string[], where: Where, now: Date): readonly JournalStep[] {
  const before = readCompatibility(workspace);
  const paths = sources.flatMap((from) => {
    const to = where.target(from);
    return to === undefined ? [] : [{ from, to }];
  });
  if (paths.length === 0) return [];
  const facts = observePath(join(workspace, COMPATIBILITY_FILE));
  const text = `${JSON.stringify({ ...before, migrations: [...before.migrations, { migrated_at: now.toISOString(), paths }] }, null, 1)}\n`;
  return [{ action: "write", path: COMPATIBILITY_FILE, text, ...present(facts) }];
}

function present(expect: PathFacts | undefined): { readonly expect?: PathFacts } {
  return expect === undefined ? {} : { expect };
}
