import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseVersion } from "./choose-version.ts";
import { readHistoryVersions } from "./history-versions.ts";
import { readRecordedVersions } from "./recorded-versions.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-choose-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const historyPath = () => join(folder, "experiment_history.jsonl");
const outputDir = () => join(folder, "outputs");
const choose = (requested?: string) => chooseVersion({ historyPath: historyPath(), outputDir: outputDir(), requested });
const line = (version: string | null, more: object = {}) => `${JSON.stringify({ version, timestamp: "2026-03-01T12:00:00Z", config: {}, metrics: {}, metadata: {}, ...more })}\n`;

function putRun(name: string, record: object | string, below = outputDir()): void {
  mkdirSync(join(below, name), { recursive: true });
  writeFileSync(join(below, name, "run.json"), typeof record === "string" ? record : `${JSON.stringify(record, null, 2)}\n`);
}

/** So many that what was read is kept. */
function putMany(count = 600): void {
  for (let at = 0; at < count; at += 1) putRun(`run-${at}`, { id: `run-${at}`, config: { version: "v99.0" }, version: at % 20 === 0 ? null : `v1.${at}` });
}

const index = () => join(folder, ".tunesmith", "index");
const cacheFile = () => join(index(), readdirSync(index()).find((name) => name.startsWith("versions-"))!);

describe("choosing a version", () => {
  it("goes on after the highest of history and run directories", () => {
    writeFileSync(historyPath(), line("v1.3") + line(null) + line("v1.1"));
    putRun("a", { version: "v1.2" });
    expect(choose()).toBe("v1.4");
    putRun("2026-03-01/12-00-00/0", { version: "v1.7" }, join(folder, "multirun"));
    expect(choose()).toBe("v1.8");
    expect(chooseVersion({ historyPath: historyPath(), outputDir: join(folder, "multirun") })).toBe("v1.8");
  });

  it("sees the version of a line that another tool wrote, that was edited, and that was torn", () => {
    const members = { timestamp: "t", config: { version: "v9.0" }, metadata: {}, version: "v1.5" };
    writeFileSync(historyPath(), `${JSON.stringify(members)}\n\n{ "version" : "v1.6", "timestamp": "t" }\n{"version": "v1.7", "timest\nnonsense\nnull\n7\n`);
    expect([...readHistoryVersions(historyPath())]).toEqual(["v1.5", "v1.6", "v1.7"]);
    writeFileSync(historyPath(), readFileSync(historyPath(), "utf8").replace('"v1.6"', '"v3.1"'));
    expect(choose()).toBe("v3.2");
  });

  it("reads a history across the borders of its pieces", () => {
    const wide = { config: { text: "ä".repeat(1_500_000) } };
    writeFileSync(historyPath(), line("v1.1", wide) + line("v1.2", wide) + line("v1.3", wide).trimEnd());
    expect([...readHistoryVersions(historyPath())]).toEqual(["v1.1", "v1.2", "v1.3"]);
  });

  it("takes the version of the record, not one inside its configuration, however it is laid out", () => {
    putRun("a", JSON.stringify({ config: { version: "v9.0" }, version: "v1.1" }));
    putRun("b", JSON.stringify({ config: { version: "v9.1" }, version: "v1.2" }, null, 1));
    putRun("c", JSON.stringify({ config: { version: "v9.2" }, version: null }, null, 4));
    putRun("d", '{\n  "id": "run-4",\n  "version": "v1.4",\n  "torn');
    putRun("e", "null");
    expect([...readRecordedVersions(outputDir())]).toEqual(["v1.1", "v1.2", "v1.4"]);
  });

  it("keeps what it read of many runs, and gives the same answer without it", () => {
    putMany();
    expect(choose()).toBe("v1.600");
    expect(readFileSync(cacheFile(), "utf8")).toContain("v1.599");
    expect(choose()).toBe("v1.600");
    rmSync(join(folder, ".tunesmith"), { recursive: true });
    expect(choose()).toBe("v1.600");
  });

  it.each([
    ["cut", (text: string) => text.slice(0, text.length / 2)],
    ["empty", () => ""],
    ["foreign", () => "\0\0 something else\n3\n"],
  ])("does not trust a kept file that is %s", (_what, damage) => {
    putMany();
    choose();
    writeFileSync(cacheFile(), damage(readFileSync(cacheFile(), "utf8")));
    expect(choose()).toBe("v1.600");
  });

  it("sees runs that were copied in, that got their version later, and that were written over", () => {
    putMany();
    choose();
    const elsewhere = join(folder, "elsewhere");
    putRun("copied", { version: "v1.700" }, elsewhere);
    cpSync(join(elsewhere, "copied"), join(outputDir(), "copied"), { recursive: true, preserveTimestamps: true });
    expect(choose()).toBe("v1.701");
    putRun("run-20", { id: "run-20", version: "v1.800" });
    expect(choose()).toBe("v1.801");
    putRun("run-21", { id: "run-21", version: "v1.9000" });
    expect(choose()).toBe("v1.9001");
    expect(() => choose("v1.9000")).toThrow(expect.objectContaining({ code: "runs.version_taken" }));
  });

  it("looks again at records without a version however many runs there are", () => {
    const options = { keepFrom: 1, compareUpTo: 10 };
    putMany();
    readRecordedVersions(outputDir(), options);
    putRun("run-40", { version: "v1.800" });
    expect(readRecordedVersions(outputDir(), options).has("v1.800")).toBe(true);
  });

  it("forgets the version of a directory that was removed unless the history has it", () => {
    putMany();
    appendFileSync(historyPath(), line("v1.599"));
    choose();
    for (const name of ["run-599", "run-598"]) rmSync(join(outputDir(), name), { recursive: true });
    expect(choose("v1.598")).toBe("v1.598");
    expect(() => choose("v1.599")).toThrow(expect.objectContaining({ code: "runs.version_taken" }));
  });
});
