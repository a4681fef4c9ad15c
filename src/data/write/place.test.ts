import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { ensureDirectory, writeFileAtomic } from "../../files/index.ts";
import { loadDataset } from "../load.ts";
import { placeDataset } from "./place.ts";
import type { DatasetContents } from "./write.ts";

let folder: string;
let contents: DatasetContents;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
  contents = { ...loadDataset(await writeTinyDataset(join(folder, "source"))), dropped: [] };
});
afterAll(() => rmSync(folder, { recursive: true }));

const fullDisk = (directory: string): void => {
  writeFileAtomic(join(directory, "train", "data.arrow"), "half");
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
};

it("leaves not even an empty folder when the disk runs full", async () => {
  await expect(placeDataset(join(folder, "data", "processed", "x_dataset"), contents, fullDisk)).rejects.toThrow("no space left");
  expect(readdirSync(folder)).toEqual(["source"]);
});

it("leaves folders that were there, and the dataset that stands", async () => {
  const place = join(folder, "standing");
  ensureDirectory(place);
  await expect(placeDataset(join(place, "x_dataset"), contents, fullDisk)).rejects.toThrow("no space left");
  expect(readdirSync(place)).toEqual([]);
  await placeDataset(join(place, "x_dataset"), contents);
  const other = { ...contents, record: { ...contents.record, digest: "0".repeat(64) } };
  await expect(placeDataset(join(place, "x_dataset"), other, fullDisk)).rejects.toThrow("no space left");
  expect(readdirSync(place)).toEqual(["x_dataset"]);
  expect(loadDataset(join(place, "x_dataset")).record.digest).toBe(contents.record.digest);
});
