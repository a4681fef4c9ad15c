import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { removeStale } from "../scripts/remove-stale.ts";

const root = mkdtempSync(join(tmpdir(), "tunesmith-"));
afterAll(() => rmSync(root, { recursive: true }));

it("deletes from dist what no source makes any more, and nothing else", () => {
  expect(removeStale(root)).toEqual([]);
  for (const folder of ["src/runs", "dist/runs"]) mkdirSync(join(root, folder), { recursive: true });
  const kept = ["runs/read.js", "runs/read.d.ts", "runs/read.js.map", ".tsbuildinfo"];
  const stale = ["runs/find.js", "runs/find.d.ts", "runs/find.js.map", "old.js"];
  for (const name of [...kept, ...stale]) writeFileSync(join(root, "dist", name), "");
  writeFileSync(join(root, "src/runs/read.ts"), "");
  expect([...removeStale(root)].sort()).toEqual([...stale].sort());
  for (const name of kept) expect(existsSync(join(root, "dist", name)), name).toBe(true);
  for (const name of stale) expect(existsSync(join(root, "dist", name)), name).toBe(false);
});
