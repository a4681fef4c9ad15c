import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findCheckpoint, readArchiveIndex, saveCheckpoint } from "../../../checkpoints/index.ts";
import { exists, isDirectory, listTrash, restoreTrash, sha256File, writeFileAtomic } from "../../../files/index.ts";
import { createRun } from "../../../runs/index.ts";
import { main } from "../../main.ts";
import { unpackIfNeeded } from "../../packed-checkpoints.ts";
import { createPrint } from "../../print.ts";

const root = mkdtempSync(join(tmpdir(), "cli-archive-"));
const outputs = join(root, "outputs");
const now = () => new Date("2026-02-01T00:00:00Z");
let directory: string;
let weights: string;
const err: string[] = [];
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(async () => {
  const run = createRun({ outputDir: outputs, model: "tiny", config: {}, now });
  directory = run.directory;
  const facts = { runId: run.record.id, runName: run.record.name, epoch: 0, step: 2, architecture: "llama", baseModel: "base", baseModelDigest: null, configDigest: "c", datasetDigest: null, promptFormat: "alpaca" };
  await saveCheckpoint(join(directory, "checkpoints"), facts, (place) => writeFileAtomic(join(place, "adapter_model.safetensors"), "weights ".repeat(2000)), now());
  await run.finish();
  weights = sha256File(join(directory, "checkpoints", "last", "adapter_model.safetensors"));
});

function worldOf(out: string[]) {
  return { stdout: { write: (text: string) => out.push(text) }, stderr: { write: (text: string) => err.push(text) }, environment: {}, workingDirectory: root, now, fetch: () => Promise.reject(new Error("no network in tests")) };
}

async function call(...words: readonly string[]) {
  const out: string[] = [];
  const code = await main(["runs", ...words, "--output-dir", outputs], { world: worldOf(out) });
  return { code, out: out.join("") };
}

it("packs the checkpoints of a run, puts the originals into the trash, and tells how to have them back", async () => {
  const { code, out } = await call("archive", "v1.0", "--compress");
  expect(code).toBe(0);
  expect(out).toMatch(/Packed 2 checkpoints, [\d.]+ KiB, into .*checkpoints\.tar\.zst, [\d.]+ (KiB|B)\.\n.*`tunesmith runs unarchive`/);
  expect(isDirectory(join(directory, "checkpoints"))).toBe(false);
  expect(readArchiveIndex(directory)?.checkpoints.map(({ name }) => name)).toEqual(["epoch-00_step-000002", "last"]);
  expect(listTrash(root).map(({ path, reason }) => [path, reason])).toEqual([[`outputs/${directory.slice(outputs.length + 1)}/checkpoints`, `packed into outputs/${directory.slice(outputs.length + 1)}/checkpoints.tar.zst`]]);
});

it("unpacks when a command asks for a packed checkpoint, and says so in a line", async () => {
  const parts = { print: createPrint(worldOf([]), false) };
  await unpackIfNeeded(join(directory, "merged_model"), parts);
  expect(exists(join(directory, "checkpoints"))).toBe(false);
  await unpackIfNeeded(join(directory, "checkpoints", "last"), parts);
  expect(err.join("")).toContain(`The checkpoints of ${directory} are packed: unpacking them.\n`);
  expect(sha256File(join(findCheckpoint(directory, "last")!.directory, "adapter_model.safetensors"))).toBe(weights);
  expect(exists(join(directory, "checkpoints.tar.zst"))).toBe(false);
});

it("brings back checkpoints and listing with `runs unarchive`, also where nothing was packed", async () => {
  expect((await call("archive", "v1.0", "--compress")).code).toBe(0);
  const { out } = await call("unarchive", "v1.0", "--json");
  expect(JSON.parse(out)).toMatchObject({ archived_at: null, unpacked: { checkpoints: 2 } });
  expect((await call("unarchive", "v1.0")).out).toBe("v1.0 is listed again; its checkpoints were not packed.\n");
});

it("packs again what was restored from the trash beside its archive, and says where there is nothing left to pack", async () => {
  expect((await call("archive", "v1.0", "--compress")).code).toBe(0);
  await restoreTrash(root, listTrash(root)[0]!.id);
  expect((await call("archive", "v1.0", "--compress")).code).toBe(0);
  const again = await call("archive", "v1.0", "--compress");
  expect(again.code).toBe(0);
  expect(again.out).toContain("Its checkpoints are packed already.");
});
