import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packCheckpoints } from "../archive/pack.ts";
import { planArchive } from "../archive/plan.ts";
import { validateCheckpoints } from "../validate.ts";
import { formatEntry } from "./format.ts";
import { readCatalog } from "./read.ts";

let workspace: string;
beforeEach(() => void (workspace = mkdtempSync(join(tmpdir(), "packed-"))));
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const put = (path: string, contents: unknown = "weights") => {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), typeof contents === "string" ? contents : JSON.stringify(contents));
};
const read = () =>
  readCatalog(join(workspace, "outputs"), {
    parseYaml: JSON.parse,
    placeOf: (path) => (path.includes("/outputs/r") ? { scheme: "named", directory: `${path.split("/")[0]}/outputs/r`, name: "r" } : undefined),
    indexFrom: 1,
    now: () => Date.now() + 60_000,
  });
const run = () => join(workspace, "outputs/r");
const metadata = { schema_version: "1.0", created_at: "2025-10-19T13:36:00", training: { epoch: 1, global_step: 10 }, model: { architecture: "dbnet" }, metrics: { hmean: 0.9 } };

async function pack(discard = () => rmSync(join(run(), "checkpoints"), { recursive: true })): Promise<void> {
  put("outputs/r/checkpoints/epoch-01_step-000010/adapter_model.safetensors", "1234567");
  put("outputs/r/checkpoints/epoch-01_step-000010/metadata.json", metadata);
  put("outputs/r/checkpoints/last.ckpt");
  await packCheckpoints(planArchive(run()), { now: new Date("2026-11-21T12:00:00Z"), discard });
}

it("lists what an archive holds where it stood, with the facts of its metadata", async () => {
  await pack();
  for (const { entries, packed, refused } of [read(), read()]) {
    expect([entries, refused]).toEqual([[], []]);
    expect(packed.map(({ path, format, kind, sizeBytes, facts, metrics, run: of }) => [path, format, kind, sizeBytes, facts.epoch?.value, facts.architecture?.source, metrics["hmean"]?.value, of?.name])).toEqual([
      ["outputs/r/checkpoints/last.ckpt", "torch", "last", 7, undefined, undefined, undefined, "r"],
      ["outputs/r/checkpoints/epoch-01_step-000010", "adapter", "step", 7, 1, "sidecar", 0.9, "r"],
    ]);
    expect(formatEntry(packed[1]!)).toMatch(/^dbnet · unknown · r \(ep1 • hmean 0.900 • packed • 20251019_1336\)$/);
  }
});

it("counts packed ones as packed, not as missing", async () => {
  await pack();
  const catalog = read();
  expect(await validateCheckpoints({ ...catalog, entries: catalog.packed }, { deep: true })).toMatchObject({ total: 2, packed: 2, valid: 0, missing: 0, invalid: 0, digested: 0, successRate: 100 });
});

it("shows once what stands beside its archive, and remarks on an archive that does not fit its index", async () => {
  await pack(() => undefined);
  expect(read()).toMatchObject({ packed: [], entries: { length: 2 } });
  put("outputs/r/checkpoints.tar.zst", "cut");
  expect(read().refused).toMatchObject([{ path: "r/checkpoints.tar.zst" }]);
});
