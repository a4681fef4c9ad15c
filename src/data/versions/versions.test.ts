import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadDataset } from "../load.ts";
import { prepareDataset } from "../prepare.ts";
import { writeDatasetCard } from "./card.ts";
import { barChart, histogramOf } from "../show/charts.ts";
import { nextDatasetVersion, parseDatasetVersion } from "./number.ts";
import { findDataset, listDatasetVersions, mintDatasetVersion } from "./registry.ts";
import { countDecisions, listSplitUses, recordSplitUse } from "./uses.ts";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "versions-"))));
afterEach(() => rmSync(home, { recursive: true }));

const now = new Date("2026-03-01T00:00:00Z");
type Made = Readonly<Record<string, unknown>>;
const question = (id: number, extra: Made = {}): Made => ({ id: `q${id}`, question: `What is the colour of thing number ${id} in the box?`, answer: `It is colour ${id}`, ...extra });

async function prepare(rows: readonly Made[], domain = "things"): Promise<string> {
  const file = join(home, "rows.jsonl");
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return (await prepareDataset({ domain, inputFile: file, outputDir: join(home, "data"), minLength: 1, now })).path;
}
const questions = (count: number): readonly Made[] => Array.from({ length: count }, (_, id) => question(id));

describe("versions of a dataset", () => {
  it("reads and counts them", () => {
    expect(parseDatasetVersion("d1.3")).toEqual({ major: 1, minor: 3 });
    expect([parseDatasetVersion("v1.3"), parseDatasetVersion("d1.3-x"), parseDatasetVersion("")]).toEqual([undefined, undefined, undefined]);
    expect([nextDatasetVersion([]), nextDatasetVersion(["d1.9", "d1.10"]), nextDatasetVersion(["d1.2", "v7.0"]), nextDatasetVersion(["d1.2"], true)]).toEqual(["d1.0", "d1.11", "d1.3", "d2.0"]);
  });

  it("gives the same content the same version, and another content the next one", async () => {
    const path = await prepare(questions(30));
    expect(await mintDatasetVersion(path, { now })).toMatchObject({ status: "minted", version: { version: "d1.0", parent: null }, record: { version: "d1.0", parent: null } });
    expect(await mintDatasetVersion(path, { now })).toMatchObject({ status: "existing", version: { version: "d1.0" } });
    await prepare(questions(31));
    expect(await mintDatasetVersion(path, { now })).toMatchObject({ status: "minted", version: { version: "d1.1", parent: "d1.0" }, record: { parent: { version: "d1.0" } } });
    await prepare(questions(30));
    expect(await mintDatasetVersion(path, { now })).toMatchObject({ status: "existing", version: { version: "d1.0" } });
    expect(listDatasetVersions(join(home, "data")).map(({ version, rows }) => [version, rows.train + rows.validation + rows.test])).toEqual([["d1.0", 30], ["d1.1", 31]]);
    expect(loadDataset(path).record.version).toBe("d1.0");
  });

  it("takes a version by name, never twice, and a major one", async () => {
    const path = await prepare(questions(10));
    await mintDatasetVersion(path, { requested: "d2.0", now });
    await expect(mintDatasetVersion(path, { requested: "d3.0", now })).rejects.toThrow("this very content has the version d2.0");
    await prepare(questions(11));
    await expect(mintDatasetVersion(path, { requested: "d2.0", now })).rejects.toThrow("it stands for another content");
    await expect(mintDatasetVersion(path, { requested: "final", now })).rejects.toThrow("not of the form dX.Y");
    expect((await mintDatasetVersion(path, { major: true, known: ["d4.1"], now })).version.version).toBe("d5.0");
  });

  it("loses no version when 8 are minted at once, and passes over a broken line", async () => {
    const paths: string[] = [];
    for (let index = 0; index < 8; index++) paths.push(await prepare(questions(10 + index), `set${index}`));
    await Promise.all(paths.map((path) => mintDatasetVersion(path, { now })));
    writeFileSync(join(home, "data", "dataset_versions.jsonl"), `${readFileSync(join(home, "data", "dataset_versions.jsonl"), "utf8")}{"broken\n`);
    expect(listDatasetVersions(join(home, "data")).map(({ version }) => version)).toEqual(Array.from({ length: 8 }, () => "d1.0"));
  });

  it("is found by content, also after a newer one has taken its place", async () => {
    const path = await prepare(questions(30));
    await mintDatasetVersion(path, { now });
    await prepare(questions(31));
    await mintDatasetVersion(path, { now });
    const folder = join(home, "data");
    expect(findDataset("d1.1", folder)).toBe(path);
    const old = findDataset("things_dataset@d1.0", folder);
    expect(old).not.toBe(path);
    expect(loadDataset(old).record.splits.train.rows).toBe(24);
    expect(findDataset(path, folder)).toBe(path);
    renameSync(old, join(home, "away"));
    expect(() => findDataset("d1.0", folder)).toThrow("no directory there holds its content any more");
    expect(() => findDataset("d9.0", folder)).toThrow("known are things_dataset@d1.0, things_dataset@d1.1");
  });
});

describe("uses of a split", () => {
  it("count each model once, and only on the rows of today", async () => {
    const path = await prepare(questions(30));
    const { record } = loadDataset(path);
    for (const subjectDigest of ["a", "b", "a"]) recordSplitUse(path, record, { split: "test", purpose: "evaluate", subject: "model", subjectDigest, now });
    recordSplitUse(path, record, { split: "train", purpose: "evaluate", subject: "model", now });
    expect(countDecisions(listSplitUses(path), record, "test")).toBe(2);
    expect(countDecisions(listSplitUses(path), { ...record, splits: { ...record.splits, test: { ...record.splits.test, digest: "other" } } }, "test")).toBe(0);
    expect(loadDataset(path).record.digest).toBe(record.digest);
  });

  it("are there again when the rows are", async () => {
    const path = await prepare(questions(30));
    recordSplitUse(path, loadDataset(path).record, { split: "test", purpose: "evaluate", subject: "model", now });
    const decisions = () => countDecisions(listSplitUses(path), loadDataset(path).record, "test");
    await prepare(questions(31));
    expect(decisions()).toBe(0);
    await prepare(questions(30));
    expect(decisions()).toBe(1);
  });
});

describe("the card of a dataset", () => {
  it("has a head for the Hub, exact counts, where it comes from, and how to use it", async () => {
    const path = await prepare(questions(30));
    await mintDatasetVersion(path, { now });
    const { path: card, plots } = writeDatasetCard(path, { license: "cc-by-nc-4.0", languages: ["en"], models: ["org/model"], hubId: "org/things", description: "Things in a box." });
    const text = readFileSync(card, "utf8");
    expect(text).toMatch(/^---\nlicense: "cc-by-nc-4.0"\nlanguage:\n- "en"\npretty_name: "org\/things"\nsize_categories:\n- "n<1K"/);
    expect(text).toContain("| train | 24 |");
    expect(text).toContain('load_dataset("org/things", revision="d1.0")');
    expect(text).toContain("[org/model](https://huggingface.co/org/model)");
    expect(text).toContain("has decided over nothing yet");
    expect(text).not.toContain("What is the colour");
    expect(plots.every((plot) => existsSync(plot))).toBe(true);
    expect(loadDataset(path).record.splits.train.rows).toBe(24);
  });
});

describe("the head of a card", () => {
  it("names every column that is written and its type, because load_dataset reads no others", async () => {
    const made = Array.from({ length: 30 }, (_, id) => ({ id: `n${id}`, text: `Patient ${id} of house ${id} has gout and takes ${id} drops.`, entities: [{ type: "Disease", text: "gout" }], labels: ["old"] }));
    const path = await prepare(made);
    const card = readFileSync(writeDatasetCard(path).path, "utf8");
    expect(card).toContain("  - split: validation\n    path: validation/*.arrow\n");
    const { features } = (JSON.parse(readFileSync(join(path, "train", "dataset_info.json"), "utf8")) as { features: Record<string, unknown> });
    expect(card.split("\ndataset_info:\n")[1]!.match(/^ {2}- name: \w+$/gm)).toEqual(Object.keys(features).map((name) => `  - name: ${name}`));
    expect(card).toContain("  - name: entities\n    list:\n    - name: type\n      dtype: string\n    - name: text\n      dtype: string\n    - name: start\n      dtype: int32\n    - name: end\n      dtype: int32\n");
    expect(card).toContain("![Rows by type of entity](card/entities.svg)");
  });
});

describe("plots", () => {
  it("draw one bar a line and escape names", () => {
    expect(barChart("a < b", [{ name: "<x>", value: 3 }]).match(/<rect/g)).toHaveLength(1);
    expect(barChart("a < b", [{ name: "<x>", value: 3 }])).toContain("&lt;x&gt;");
  });

  it("count every length once, in classes that people would choose", () => {
    const bars = histogramOf([...Array(100).keys(), 1000]);
    expect(bars.reduce((sum, { value }) => sum + value, 0)).toBe(101);
    expect([bars[0], bars.at(-1)!.name]).toEqual([{ name: "0 to 4", value: 5 }, "95 to 1000"]);
    expect(histogramOf([])).toEqual([]);
    expect(histogramOf([3, 3, 5])).toEqual([{ name: "3", value: 2 }, { name: "4", value: 0 }, { name: "5", value: 1 }]);
  });
});
