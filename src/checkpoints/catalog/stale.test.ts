import { appendFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packCheckpoints } from "../archive/pack.ts";
import { planArchive } from "../archive/plan.ts";
import { readCatalog } from "./read.ts";

let workspace: string;
let touches: number;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "stale-"));
  touches = 0;
  for (const run of ["a", "b|c"]) {
    put(`${run}/checkpoints/epoch-01_step-000010.ckpt`, "weights");
    put(`${run}/checkpoints/epoch-01_step-000010.metadata.json`, sidecar(0.5));
    put(`${run}/checkpoints/last.ckpt`, "weights");
    put(`${run}/run.json`, { id: `id of ${run}`, tag: "first", status: "running" });
  }
  expect(read()).toMatchObject({ described: 4, entries: { length: 4 } });
  expect(read().described).toBe(0);
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const at = (path: string) => join(workspace, "outputs", path);
function put(path: string, contents: unknown): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), typeof contents === "string" ? contents : JSON.stringify(contents));
  later(path);
}
/** Each write is a second after the one before, whatever the clock of the file system can tell apart. */
function later(path: string): void {
  touches += 1;
  utimesSync(at(path), 1_700_000_000 + touches, 1_700_000_000.5 + touches);
}
const sidecar = (hmean: number) => ({ schema_version: "1.0", training: { epoch: 1, global_step: 10 }, model: { architecture: "dbnet" }, metrics: { hmean } });
const placeOf = (path: string) => {
  const run = /^(.*\/outputs\/[^/]+)\/checkpoints/.exec(path)?.[1];
  return run === undefined ? undefined : { scheme: "named", directory: run, name: run.slice(run.lastIndexOf("/") + 1) };
};
const read = () => readCatalog(join(workspace, "outputs"), { parseYaml: JSON.parse, placeOf, indexFrom: 1, now: () => Date.now() + 60_000 });
const entryAt = (path: string) => read().entries.find((entry) => entry.path === `outputs/${path}`);

describe("a catalog read again", () => {
  it("keeps the run of every entry, also of one whose name holds a separator", () => {
    expect(read().entries.map(({ path, run }) => [path, run?.directory, run?.id])).toEqual([
      ["outputs/a/checkpoints/epoch-01_step-000010.ckpt", "outputs/a", "id of a"],
      ["outputs/a/checkpoints/last.ckpt", "outputs/a", "id of a"],
      ["outputs/b|c/checkpoints/epoch-01_step-000010.ckpt", "outputs/b|c", "id of b|c"],
      ["outputs/b|c/checkpoints/last.ckpt", "outputs/b|c", "id of b|c"],
    ]);
  });

  it("sees a sidecar of the same size that was written anew, and no other entry is described", () => {
    put("a/checkpoints/epoch-01_step-000010.metadata.json", sidecar(0.9));
    const catalog = read();
    expect([catalog.described, catalog.entries[0]?.metrics["hmean"]?.value]).toEqual([1, 0.9]);
    expect(read()).toMatchObject({ described: 0, entries: [{ metrics: { hmean: { value: 0.9 } } }, {}, {}, {}] });
  });

  it("sees a sidecar of another size with the same time", () => {
    const { atime, mtime } = statSync(at("a/checkpoints/epoch-01_step-000010.metadata.json"));
    writeFileSync(at("a/checkpoints/epoch-01_step-000010.metadata.json"), JSON.stringify(sidecar(0.75)));
    utimesSync(at("a/checkpoints/epoch-01_step-000010.metadata.json"), atime, mtime);
    expect(entryAt("a/checkpoints/epoch-01_step-000010.ckpt")?.metrics["hmean"]?.value).toBe(0.75);
  });

  it("sees a sidecar come and go", () => {
    put("a/checkpoints/last.metadata.json", sidecar(0.8));
    expect(entryAt("a/checkpoints/last.ckpt")?.sidecars).toEqual(["last.metadata.json"]);
    rmSync(at("a/checkpoints/last.metadata.json"));
    expect(entryAt("a/checkpoints/last.ckpt")).toMatchObject({ sidecars: [], metrics: {} });
  });

  it("sees weights written over, and weights replaced by a rename", () => {
    appendFileSync(at("a/checkpoints/last.ckpt"), " and more");
    expect(entryAt("a/checkpoints/last.ckpt")?.sizeBytes).toBe(16);
    put("new.tmp", "w");
    renameSync(at("new.tmp"), at("a/checkpoints/last.ckpt"));
    expect(read()).toMatchObject({ described: 1, entries: [{}, { sizeBytes: 1 }, {}, {}] });
  });

  it("sees a removed checkpoint, a removed run, an added and a renamed one", () => {
    rmSync(at("a/checkpoints/last.ckpt"));
    rmSync(at("b|c"), { recursive: true });
    put("d/checkpoints/last.ckpt", "weights");
    expect(read()).toMatchObject({ described: 1, entries: [{ path: "outputs/a/checkpoints/epoch-01_step-000010.ckpt" }, { path: "outputs/d/checkpoints/last.ckpt" }] });
    renameSync(at("d"), at("e"));
    expect(read().entries.map(({ path, run }) => [path, run?.name])).toEqual([["outputs/a/checkpoints/epoch-01_step-000010.ckpt", "first"], ["outputs/e/checkpoints/last.ckpt", "e"]]);
    expect(read().described).toBe(0);
  });

  it("sees a record of the run that was rewritten, appeared or vanished", () => {
    put("a/run.json", { id: "id of a", tag: "again", status: "failed" });
    expect(entryAt("a/checkpoints/last.ckpt")).toMatchObject({ facts: { tag: { value: "again" } }, run: { failed: true } });
    rmSync(at("a/run.json"));
    expect(entryAt("a/checkpoints/last.ckpt")?.run?.id).toBeUndefined();
    put("a/config.yaml", { model: { architecture_name: "craft" } });
    expect(entryAt("a/checkpoints/last.ckpt")?.facts.architecture?.value).toBe("craft");
    put("a/.FAILURE", "");
    expect(entryAt("a/checkpoints/last.ckpt")?.run?.failed).toBe(true);
  });

  it("sees an archive take the place of the checkpoints", async () => {
    await packCheckpoints(planArchive(at("a")), { now: new Date("2026-11-21T12:00:00Z"), discard: () => rmSync(at("a/checkpoints"), { recursive: true }) });
    for (const catalog of [read(), read()]) expect([catalog.entries.length, catalog.packed.map(({ path }) => path)]).toEqual([2, ["outputs/a/checkpoints/epoch-01_step-000010.ckpt", "outputs/a/checkpoints/last.ckpt"]]);
  });

  it("says which entries are links to the weights of another", () => {
    linkSync(at("a/checkpoints/epoch-01_step-000010.ckpt"), at("a/checkpoints/best-hmean-0.5000.ckpt"));
    symlinkSync("epoch-01_step-000010.ckpt", at("b|c/checkpoints/final.ckpt"));
    for (const { linked } of [read(), read()]) {
      expect([...linked]).toEqual([
        ["outputs/a/checkpoints/epoch-01_step-000010.ckpt", "outputs/a/checkpoints/best-hmean-0.5000.ckpt"],
        ["outputs/b|c/checkpoints/final.ckpt", "outputs/b|c/checkpoints/epoch-01_step-000010.ckpt"],
      ]);
    }
  });

  it("reads everything where the index is cut, at any length", () => {
    const index = join(workspace, ".tunesmith/index");
    const file = join(index, readdirSync(index)[0]!);
    const whole = readFileSync(file);
    for (const length of [0, 1, 100, 500, whole.length - 40, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      expect(read()).toMatchObject({ described: 4, entries: { length: 4 } });
    }
  });
});
