// From decisions to steps of a journal, in the order in which they can be done: texts, trash, checkpoints, what their names lost, runs, the map.
import { basename, dirname, join } from "node:path";
import { exists, observePath, readSmallText, scanDirectory, sha256File, type JournalStep, type PathFacts } from "../../files/index.ts";
import type { Catalog } from "../catalog/read.ts";
import { SIDECAR_LIMIT_BYTES } from "../sidecars.ts";
import { COMPATIBILITY_FILE, readCompatibility } from "./compatibility.ts";
import { addLostWords, formatLostSidecar } from "./lost.ts";
import { followMoves, orderMoves, type Move } from "./moves.ts";
import { isBeside, stemOf } from "./plan-files.ts";
import type { FileAction, MigrationOptions, RunAction } from "./action.ts";
import { findTexts, rewriteReferences } from "./references.ts";
import { findTarget } from "./target.ts";

/** Checkpoints up to this size have their digest recorded. */
const DIGEST_LIMIT_BYTES = 1_000_000;

interface PlannedSteps {
  readonly steps: readonly JournalStep[];
  readonly rewritten: readonly string[];
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

export function planSteps(catalog: Catalog, files: readonly FileAction[], runs: readonly RunAction[], { verify = false, now }: MigrationOptions): PlannedSteps {
  const { workspace } = catalog;
  const problems: { path: string; reason: string }[] = [];
  const fileMoves = byDepth(uniqueMoves(files.flatMap(movesOf)));
  const runMoves = byDepth(runs.filter(({ from, to }) => from !== to));
  const trash = trashOf(files);
  if (fileMoves.length === 0 && runMoves.length === 0 && trash.size === 0) return { steps: [], rewritten: [], problems };
  const where = createWhere(fileMoves, runMoves);

  const texts = new Map<string, string>();
  const expected = new Map<string, PathFacts>();
  const root = relativeRoot(catalog);
  const runDirectories = [...new Set(catalog.entries.flatMap(({ run }) => (run === undefined ? [] : [run.directory])))].sort((a, b) => b.length - a.length);
  for (const path of new Set([root, ...runDirectories.filter((run) => run !== ".")].flatMap((directory) => findTexts(workspace, directory)))) {
    if (trash.has(path)) continue;
    const facts = observePath(join(workspace, path));
    const read = readSmallText(join(workspace, path), SIDECAR_LIMIT_BYTES);
    if ("refused" in read || facts === undefined) continue;
    const run = runDirectories.find((directory) => path.startsWith(`${directory}/`));
    const text = rewriteReferences(read.text, { workspace, root, path, run, target: where.target });
    expected.set(path, facts);
    if (text === read.text) continue;
    if (read.text.includes("\uFFFD")) problems.push({ path, reason: "it mentions a path that moves, and is no UTF-8 text: it was left as it is" });
    else texts.set(path, text);
  }
  const rewritten = [...texts.keys()];
  const created = new Map<string, string>();
  for (const action of files) {
    if (action.from === action.to) continue;
    const target = findTarget(action.entry);
    if (target.action === "skip" || target.lost === undefined) continue;
    const beside = action.entry.sidecars.find((name) => name.endsWith(".metadata.json") && isBeside(action.entry, name));
    const path = beside === undefined ? undefined : `${dirname(action.from)}/${beside}`;
    const read = path === undefined ? undefined : readSmallText(join(workspace, path), SIDECAR_LIMIT_BYTES);
    const added = read === undefined || "refused" in read ? undefined : addLostWords(texts.get(path!) ?? read.text, target.lost);
    if (added !== undefined) {
      texts.set(path!, added);
      expected.set(path!, observePath(join(workspace, path!))!);
      continue;
    }
    const isDirectory = action.entry.format === "adapter" || action.entry.format === "model" || action.entry.format === "directory";
    const place = isDirectory ? `${action.to}/migrated_from.json` : freeSidecar(workspace, action.to, created);
    if (place === undefined) problems.push({ path: action.from, reason: "what its name says cannot be kept: both sidecars are there and cannot be read" });
    else created.set(place, formatLostSidecar(target.lost, action.entry, basename(action.to)));
  }

  const expect = (path: string): PathFacts | undefined => {
    if (texts.has(path)) return undefined;
    const facts = observePath(join(workspace, path));
    if (facts?.kind !== "file") return facts === undefined ? undefined : { kind: facts.kind };
    return verify || (facts.size_bytes ?? 0) <= DIGEST_LIMIT_BYTES ? { ...facts, digest: sha256File(join(workspace, path)) } : facts;
  };
  const rename = ({ from, to }: Move): JournalStep => ({ action: "rename", from, to, ...present(expect(from)) });
  const steps: JournalStep[] = [
    ...[...texts].map(([path, text]): JournalStep => ({ action: "write", path, text, expect: expected.get(path)! })),
    ...[...trash].map(([path, reason]): JournalStep => ({ action: "trash", path, reason, ...present(expect(path)) })),
    ...fileMoves.map(rename),
    ...[...created].map(([path, text]): JournalStep => ({ action: "write", path, text })),
    ...emptied(workspace, fileMoves, trash).map((path): JournalStep => ({ action: "trash", path, reason: "nothing is left in it", expect: { kind: "directory" } })),
    ...runMoves.map(rename),
    ...runs.filter(({ from, to }) => from !== to).flatMap((run) => noteOf(workspace, run, where, now)),
    ...mapStep(workspace, [...fileMoves, ...runMoves].map(({ from }) => from), where, now),
  ];
  return { steps, rewritten, problems };
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
  /** Where a path of the former tree leads; undefined when it stays. */
  readonly target: (path: string) => string | undefined;
}

function createWhere(fileMoves: readonly Move[], runMoves: readonly Move[]): Where {
  const moves = new Map(fileMoves.map(({ from, to }) => [from, to]));
  return {
    target: (path) => {
      let here = path;
      for (const place of [path, ...parentsOf(path)]) {
        const to = moves.get(place);
        if (to === undefined) continue;
        here = here.startsWith(place) ? to + here.slice(place.length) : here;
      }
      const led = followMoves(runMoves, here);
      return led === path ? undefined : led;
    },
  };
}

/** The nearest first. */
function* parentsOf(path: string): Generator<string> {
  for (let cut = path.lastIndexOf("/"); cut > 0; cut = path.lastIndexOf("/", cut - 1)) yield path.slice(0, cut);
}

function freeSidecar(workspace: string, to: string, created: ReadonlyMap<string, string>): string | undefined {
  const stem = `${dirname(to)}/${stemOf(to)}`;
  return [`${stem}.metadata.json`, `${to}.metadata.json`].find((path) => !exists(join(workspace, path)) && !created.has(path));
}

/** Directories that a slash in a metric's name once made, when all in them leaves. */
function emptied(workspace: string, moves: readonly Move[], trash: ReadonlyMap<string, string>): readonly string[] {
  const gone = new Set([...moves.map(({ from }) => from), ...trash.keys()]);
  const left = new Set(moves.filter(({ from, to }) => dirname(from) !== dirname(to)).map(({ from }) => dirname(from)));
  return [...left].filter((directory) => {
    const entries = scanDirectory(join(workspace, directory));
    return !("refused" in entries) && entries.every(({ name }) => gone.has(`${directory}/${name}`));
  });
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

function relativeRoot({ root, workspace }: Catalog): string {
  return root === workspace ? "" : root.slice(workspace.length + 1).replaceAll("\\", "/");
}

function present(expect: PathFacts | undefined): { readonly expect?: PathFacts } {
  return expect === undefined ? {} : { expect };
}
