import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareDataset } from "../prepare.ts";
import type { PrepareAdvance, PrepareWork } from "./pace.ts";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "pace-"))));
afterEach(() => rmSync(home, { recursive: true }));

const ROWS = 6000;

/** Prepares rows, and stops when `stopAt` has begun. */
async function prepare(stopAt?: PrepareWork, threads = 0): Promise<readonly PrepareAdvance[]> {
  const inputFile = join(home, "rows.jsonl");
  if (!existsSync(inputFile)) writeFileSync(inputFile, Array.from({ length: ROWS }, (_, row) => JSON.stringify({ prompt: `Which of all the things has the number ${row}?`, completion: `It is ${row}.` })).join("\n"));
  const controller = new AbortController();
  const advances: PrepareAdvance[] = [];
  const onAdvance = (advance: PrepareAdvance): void => {
    advances.push(advance);
    if (advance.work === stopAt) controller.abort();
  };
  await prepareDataset({ domain: "own", inputFile, outputDir: join(home, "data"), threads, signal: controller.signal, onAdvance, now: new Date(0) });
  return advances;
}

describe("a preparation", () => {
  it("says how far it is, kind of work by kind of work", async () => {
    const advances = await prepare();
    const works = [...new Set(advances.map(({ work }) => work))];
    expect(works.filter((work) => work !== "reading")).toEqual(["comparing", "writing", "checking"]);
    for (const work of works) {
      const own = advances.filter((advance) => advance.work === work);
      expect(own.every(({ done, total }, at) => total !== undefined && done <= total && (at === 0 || done >= own[at - 1]!.done))).toBe(true);
    }
    expect(advances.at(-1)).toEqual({ work: "checking", done: 2 * ROWS, total: 2 * ROWS, unit: "rows" });
  });

  it.each(["comparing", "writing", "checking"] as const)("stops while %s and leaves nothing behind", async (work) => {
    await expect(prepare(work)).rejects.toThrow(`Stopped while ${work} rows: nothing was written, and what stood there is as it was`);
    expect(readdirSync(home)).toEqual(["rows.jsonl"]);
  });

  it("stops where threads work too, and leaves what stood there", async () => {
    mkdirSync(join(home, "data"));
    await expect(prepare("checking", 2)).rejects.toThrow("Stopped while checking rows");
    expect(readdirSync(join(home, "data"))).toEqual([]);
  });

  it("does not begin when it is to stop already", async () => {
    const inputFile = join(home, "rows.jsonl");
    writeFileSync(inputFile, '{"text":"a"}\n'.repeat(2000));
    await expect(prepareDataset({ domain: "own", inputFile, outputDir: join(home, "data"), signal: AbortSignal.abort(), now: new Date(0) })).rejects.toThrow("Stopped while reading rows");
  });
});
