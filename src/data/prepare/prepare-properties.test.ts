// What holds of every preparation, whatever the rows, the method, the shares, the sampling and the seed.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { droppedRowSchema, type DatasetRecord } from "../../records/index.ts";
import { digestRow } from "../digest-row.ts";
import { LINK_KINDS } from "../duplicates/fingerprint.ts";
import { loadDataset } from "../load.ts";
import { prepareDataset } from "../prepare.ts";
import { SPLIT_NAMES, type Row, type Splits } from "../row.ts";
import { SPLIT_METHODS } from "../split/assign.ts";
import type { PrepareOptions } from "./options.ts";

const home = mkdtempSync(join(tmpdir(), "tunesmith-properties-"));
afterAll(() => rmSync(home, { recursive: true }));

/** What a preparation may refuse in a world like these. */
const REFUSALS = ["data.too_few_groups", "data.nothing_left", "data.class_too_small", "data.labels_needed"];

const SHARES = [{}, { trainSplit: 0.5, valSplit: 0.25, testSplit: 0.25 }, { trainSplit: 0.9, valSplit: 0, testSplit: 0.1 }, { trainSplit: 1, valSplit: 0, testSplit: 0 }] as const;

const options: fc.Arbitrary<Partial<PrepareOptions>> = fc.record({
  splitMethod: fc.constantFrom(...SPLIT_METHODS),
  stratifyBy: fc.constantFrom(undefined, "labels" as const, "task" as const),
  shares: fc.constantFrom(...SHARES),
  seed: fc.nat(1000),
  sampling: fc.constantFrom(undefined, { method: "random" as const, size: 9 }, { method: "undersample" as const }, { method: "balance_negatives" as const }, { method: "stratified" as const, size: 12, minPerLabel: 2 }),
}).map(({ shares, sampling, stratifyBy, ...rest }) => ({ ...rest, ...shares, ...(sampling !== undefined && { sampling }), ...(stratifyBy !== undefined && { stratifyBy }), ...(rest.splitMethod === "hf" && { allowLeakage: LINK_KINDS }) }));

const shared = { group: fc.constantFrom(undefined, undefined, undefined, undefined, "a", "b"), task: fc.constantFrom(undefined, "t", "hard_negative") };
const asked = fc.nat(60).map((number) => `Which of the many that there are is number ${number}?`);
const question = fc.record({ instruction: asked, output: fc.constantFrom("", "yes", "yes &amp; no", "It is taken every morning before breakfast.", "It is taken every morning, before breakfast!", "See https://example.org now"), ...shared });
const headline = fc.record({ text: asked, labels: fc.subarray(["x", "y", "z"]), ...shared });
const conversation = fc.record({ messages: asked.map((content) => [{ role: "user", content }, { role: "assistant", content: "1" }, { role: "user", content: "Two of them?" }, { role: "assistant", content: `2 &amp; ${content}` }]), ...shared });
const sources: fc.Arbitrary<object[]> = fc.array(fc.oneof({ arbitrary: headline, weight: 4 }, question, conversation), { minLength: 1, maxLength: 40 });

let count = 0;
interface Prepared {
  readonly path: string;
  readonly record: DatasetRecord;
  readonly splits: Splits;
  readonly outputDir: string;
}

/** Undefined where it was refused for a reason there is; then nothing is left. */
async function prepare(rows: readonly object[], chosen: Partial<PrepareOptions>): Promise<Prepared | undefined> {
  const [inputFile, outputDir] = [join(home, `${++count}.jsonl`), join(home, `${count}-out`)];
  writeFileSync(inputFile, rows.map((row) => JSON.stringify(row)).join("\n"));
  try {
    const { path, record } = await prepareDataset({ domain: "own", inputFile, outputDir, now: new Date(0), threads: 0, skipValidation: true, ...chosen });
    return { path, record, splits: loadDataset(path).splits, outputDir };
  } catch (thrown) {
    if (!(thrown instanceof TunesmithError) || !REFUSALS.includes(thrown.code)) throw thrown;
    expect(existsSync(outputDir)).toBe(false);
    return undefined;
  } finally {
    rmSync(inputFile);
  }
}

/** Every file but the record, which names the file that was read. */
function readFiles(path: string): Readonly<Record<string, string>> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== "dataset.json");
  return Object.fromEntries(names.map((entry) => [join(entry.parentPath, entry.name).slice(path.length), readFileSync(join(entry.parentPath, entry.name)).toString("latin1")]));
}

const digestsOf = ({ splits }: Prepared): readonly (readonly string[])[] => SPLIT_NAMES.map((name) => splits[name].map((row: Row) => digestRow(row)));

it("puts every row into one split or among the dropped with a reason, gives the same bytes for the same seed, and the same splits for shuffled rows", { timeout: 60_000 }, async () => {
  let prepared = 0;
  await fc.assert(
    fc.asyncProperty(sources.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))), options, async ([rows, shuffled], chosen) => {
      const first = await prepare(rows, chosen);
      if (first === undefined) return;
      prepared += 1;
      const dropped = readFileSync(join(first.path, "dropped.jsonl"), "utf8").split("\n").filter(Boolean).map((line) => droppedRowSchema.parse(JSON.parse(line)));
      const ids = [...SPLIT_NAMES.flatMap((name) => first.splits[name].map(({ id }) => id)), ...dropped.map(({ id }) => id)];
      expect(ids.toSorted()).toEqual(rows.map((_, index) => `row-${index + 1}`).toSorted());
      const reasons: Record<string, number> = {};
      for (const { reason } of dropped) reasons[reason] = (reasons[reason] ?? 0) + 1;
      expect(first.record.dropped).toEqual(reasons);
      expect(SPLIT_NAMES.map((name) => first.record.splits[name].rows)).toEqual(SPLIT_NAMES.map((name) => first.splits[name].length));

      const again = await prepare(rows, chosen);
      expect(readFiles(again!.path)).toEqual(readFiles(first.path));

      if (chosen.splitMethod === "hf") return;
      for (const group of ["a", "b"]) expect(SPLIT_NAMES.filter((name) => first.splits[name].some((row) => row.group === group)).length).toBeLessThanOrEqual(1);
      expect(digestsOf((await prepare(shuffled, chosen))!)).toEqual(digestsOf(first));
    }),
    { numRuns: 25 },
  );
  expect(prepared).toBeGreaterThan(6);
});
