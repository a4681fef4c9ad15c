import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeTinyDataset } from "../../test/helpers/tiny-dataset.ts";
import { openDataset, profileDataset, type DatasetProfile } from "../data/index.ts";
import type { DatasetRecord, DatasetUse } from "../records/index.ts";
import { showDataset } from "./dataset-view.ts";
import { createPrint } from "./print.ts";

const home = mkdtempSync(join(tmpdir(), "view-"));
let profile: DatasetProfile;
beforeAll(async () => void (profile = profileDataset(openDataset(await writeTinyDataset(home)))));
afterAll(() => rmSync(home, { recursive: true }));

function show(record: Partial<DatasetRecord>, more: Partial<DatasetProfile> = {}, uses: readonly DatasetUse[] = []): string {
  const out: string[] = [];
  const stream = { write: (piece: string) => out.push(piece) };
  const world = { stdout: stream, stderr: stream, environment: {}, workingDirectory: home, now: () => new Date(0), fetch: () => Promise.reject(new Error("no network in tests")) };
  showDataset({ ...profile, ...more, record: { ...profile.record, ...record } }, uses, createPrint(world, false));
  return out.join("");
}

it("tells where rows come from, what was not read, what was done, and where they went", () => {
  const text = show({
    version: "d1.1",
    parent: { name: "words_dataset", version: "d1.0", digest: "a".repeat(64) },
    sources: [{ kind: "hub", path: "owner/words", hub: { commit: "0123456789ab", config: "default", splits: ["train", "test"] }, digest: "b", rows: 30, columns: ["text"], unread: ["url"] }],
    transformations: [{ name: "html_unescape", rows_changed: 1 }, { name: "whitespace", rows_changed: 0 }],
    dropped: { exact_duplicate: 6 },
  });
  for (const line of [
    "words_dataset d1.1  digest ", "parent    words_dataset d1.0, digest aaaaaaaaaaaaaaaa\n", "from      owner/words (30 rows; commit 01234567, config default, train, test)\n",
    "not read  column url\n", "cleaned   html_unescape in 1 row\n", "left out  6 rows: exact duplicate\n", "split     group, seed 42, 24 groups, the largest of 1 row\n",
  ]) expect(text).toContain(line);
  expect(text).not.toContain("whitespace");
});

it("tells findings with their rows, leaks that were allowed, and how often the test split was looked at", () => {
  const finding = { code: "personal_data", severity: "warning", message: "rows that seem to hold an address", count: 7, rows: [1, 2, 3, 4, 5, 6, 7], sample: "write to\u001b[31m me" } as const;
  const leak = { kind: "answer", count: 1, rows: [[{ split: "train", id: "r1" }, { split: "test", id: "r2" }]] } as const;
  const uses = Array.from({ length: 20 }, (_, index): DatasetUse => ({ schema_version: 1, at: "", split: "test", purpose: "evaluate", subject: `m${index}`, subject_digest: null, split_digest: profile.record.splits.test.digest }));
  const text = show({ findings: [{ ...finding, rows: [...finding.rows] }], leakage: { allowed: ["answer"], found: [{ ...leak, rows: leak.rows.map((row) => [...row]) }] } }, {}, uses);
  expect(text).toContain('warning: 7 rows that seem to hold an address (row 1, 2, 3, 4, 5, …)\n  "write to\\u001b[31m me"\n');
  expect(text).toContain("leak: 1 set of rows linked by answer across splits, as allowed: r1 in train, r2 in test\n");
  expect(text).toContain("The test split has decided over 20 models: the best of so many is partly luck");
  expect(show({ leakage: null })).toContain("Nobody looked for rows that are linked across splits.\n");
});

it("shows the commonest of many labels, each with its share of the rows", () => {
  const labels = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`label-${index}`, { train: index === 7 ? 12 : 1, validation: 0, test: 0 }]));
  const text = show({}, { labels });
  expect(text).toMatch(/label-7 +12 +50.0 % +12 +0 +0 +█{20}\nlabel-0 +1 +4.2 %/);
  expect(text).toContain("… and 3 more; --json has all of them\n");
});
