import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunRecord } from "../../records/index.ts";
import { createRun } from "../run.ts";
import { markRunChanged } from "./changed.ts";
import { queryRuns, type RunQuery } from "./query-runs.ts";
import type { IndexOptions } from "./run-index.ts";

let workspace: string;
let outputDir: string;
let historyPath: string;
const observer = { hostname: "here", isAlive: () => false };
const options: IndexOptions = { indexFrom: 5, verify: false, observer, now: () => new Date("2030-01-01T00:00:00Z") };
let template: RunRecord;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "tunesmith-index-"));
  outputDir = join(workspace, "outputs");
  historyPath = join(workspace, "experiment_history.jsonl");
  const seed = createRun({ outputDir: join(workspace, "elsewhere"), tag: "t", model: "m", config: {}, now: () => new Date("2026-01-01T00:00:00Z") });
  template = { ...seed.record, status: "finished" };
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const nameOf = (number: number): string => `t-m_training_20260101_0000${String(number).padStart(2, "0")}`;

function writeRun(number: number, patch: Partial<RunRecord> = {}, directory = nameOf(number)): void {
  mkdirSync(join(outputDir, directory), { recursive: true });
  const record = { ...template, id: `run-${number}`, name: nameOf(number), metrics: { loss: number / 10 }, config: { lora: { r: number } }, ...patch };
  writeFileSync(join(outputDir, directory, "run.json"), JSON.stringify(record));
}

function line(number: number, version: string, runId: string | undefined = `run-${number}`): string {
  return `${JSON.stringify({ version, timestamp: `2026-01-02T00:00:${String(number).padStart(2, "0")}Z`, config: { train_size: number }, metrics: { overall: { loss: number / 10 }, per_label: { Weapon: { f1: 0.5 } } }, metadata: { run_id: runId } })}\n`;
}

async function names(query: RunQuery = {}, more: IndexOptions = {}): Promise<string> {
  const { selections } = await queryRuns({ outputDir, historyPath }, [query], { ...options, ...more });
  return selections[0]!.rows.map(({ run, entry }) => `${run?.record.id.slice(4) ?? "-"}${entry?.version ?? ""}`).join(" ");
}

function indexFile(): string | undefined {
  const folder = join(workspace, ".tunesmith", "index");
  const found = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith(".columns")) : undefined;
  return found === undefined ? undefined : join(folder, found);
}

/** Makes a listing of long ago: what changes from now on has another time. */
function age(date: string): void {
  utimesSync(outputDir, new Date(date), new Date(date));
}

function writeTen(): void {
  for (let number = 1; number <= 10; number += 1) writeRun(number, number % 2 === 0 ? { tag: "even" } : {});
  writeFileSync(historyPath, line(1, "v1.0") + line(4, "v1.1") + line(0, "v0.9", undefined));
  age("2026-01-01");
}

describe("queryRuns", () => {
  it("joins runs with their lines, lines first and newest first", async () => {
    writeTen();
    expect(await names({ limit: 5 })).toBe("-v0.9 4v1.1 1v1.0 10 9");
    expect(await names({ recorded: true })).toBe("-v0.9 4v1.1 1v1.0");
    expect(await names({ filter: "config.lora.r > 8", recorded: false })).toBe("10 9");
    expect(await names({ filter: "metrics.per_label.Weapon.f1 = 0.5 and config.train_size >= 1" })).toBe("4v1.1 1v1.0");
  });

  it("gives the same answer without an index, with a new one and with an old one", async () => {
    writeTen();
    for (const query of [{ filter: "tag = even", sort: "-metrics.loss" }, { sort: "version" }, { filter: "metrics.loss < 0.35 or version = v1.1", sort: "metrics.loss" }] satisfies RunQuery[]) {
      const plain = await names(query, { indexFrom: 1000 });
      expect(plain).not.toBe("");
      expect(await names(query)).toBe(plain);
      expect(await names(query)).toBe(plain);
    }
    expect(indexFile()).toBeDefined();
  });

  it("sorts by a number, by a version, missing values last", async () => {
    writeTen();
    expect(await names({ sort: "-metrics.loss", limit: 3 })).toBe("10 9 8");
    expect(await names({ sort: "-version", limit: 4 })).toBe("4v1.1 1v1.0 -v0.9 10");
    await expect(names({ sort: "metrics.los" })).rejects.toMatchObject({ code: "runs.sort_key_unknown", hint: "Did you mean metrics.loss?" });
  });

  it("leaves no trace where there are few runs", async () => {
    writeRun(1);
    expect(await names({}, { indexFrom: 500 })).toBe("1");
    expect(existsSync(join(workspace, ".tunesmith"))).toBe(false);
    expect(await names({}, {})).toBe("1");
  });

  it("hides archived runs unless they are asked for", async () => {
    writeTen();
    writeRun(3, { archived_at: "2026-02-01T00:00:00Z" });
    expect(await names({ filter: "config.lora.r = 3" })).toBe("");
    expect(await names({ filter: "config.lora.r = 3", archived: true })).toBe("3");
  });
});

describe("the index of runs", () => {
  beforeEach(async () => {
    writeTen();
    await names();
    expect(indexFile()).toBeDefined();
  });

  it("notices runs that came and went, and lines that were appended", async () => {
    writeRun(11);
    rmSync(join(outputDir, nameOf(4)), { recursive: true });
    rmSync(join(outputDir, nameOf(10)), { recursive: true });
    appendFileSync(historyPath, line(9, "v1.2"));
    for (let look = 0; look < 2; look += 1) expect(await names({ limit: 5 })).toBe("9v1.2 -v0.9 -v1.1 1v1.0 11");
    age("2026-01-02");
    for (let look = 0; look < 2; look += 1) expect(await names({ limit: 5 })).toBe("9v1.2 -v0.9 -v1.1 1v1.0 11");
  });

  it("shows a run that was evaluated later in its old place, with the new scores", async () => {
    writeTen();
    const evaluated = line(1, "v1.0").replace('"run_id"', '"kind":"evaluation","run_id"').replace('"train_size":1', '"train_size":7');
    const before = await names({ recorded: true });
    appendFileSync(historyPath, evaluated);
    expect(await names({ recorded: true })).toBe(before);
    expect(await names({ recorded: true }, { indexFrom: 1000, ignoreIndex: true })).toBe(before);
    expect(await names({ filter: "config.train_size = 7" })).toBe("1v1.0");
  });

  it("notices a run that was renamed", async () => {
    renameSync(join(outputDir, nameOf(1)), join(outputDir, "t-m_training_20250101_000000"));
    expect(await names({ filter: "id = run-1" })).toBe("1v1.0");
    expect((await queryRuns({ outputDir, historyPath }, [{}], options)).total).toBe(11);
  });

  it("notices what our own code wrote, by its mark", async () => {
    writeRun(2, { tags: ["gold"] });
    expect(await names({ filter: "tag = even and config.lora.r = 4 and tags is null" })).toBe("4v1.1");
    markRunChanged(join(outputDir, nameOf(2)));
    expect(await names({ filter: "tags = gold" })).toBe("2");
  });

  it("notices what somebody else wrote when it is shown, or when asked to verify", async () => {
    writeRun(2, { tag: "renamed to something else" });
    expect(await names({ filter: "tag = even and config.lora.r <= 2" })).toBe("");
    expect(await names({ filter: 'tag ~ "renamed"' })).toBe("");
    expect(await names({ filter: 'tag ~ "renamed"' }, { verify: true })).toBe("2");
  });

  it("reads a running run each time", async () => {
    writeRun(12, { status: "running", host: { ...template.host, hostname: "far away" } });
    rmSync(indexFile()!);
    expect(await names({ filter: "status = running" })).toBe("12");
    writeRun(12, { status: "failed" });
    expect(await names({ filter: "status = failed" })).toBe("12");
  });

  it.each([
    ["cut", (path: string) => truncateSync(path, 200)],
    ["empty", (path: string) => truncateSync(path, 0)],
    ["foreign", (path: string) => writeFileSync(path, "x".repeat(5000))],
    ["damaged in one column", (path: string) => {
      const bytes = readFileSync(path);
      const at = bytes.indexOf(JSON.stringify(["t", "even"]));
      bytes[at + 2]! ^= 1;
      writeFileSync(path, bytes);
    }],
    ["damaged", (path: string) => {
      const bytes = readFileSync(path);
      for (let at = Math.floor(bytes.length / 2); at < bytes.length; at += 16) bytes[at]! ^= 0x5a;
      writeFileSync(path, bytes);
    }],
  ])("is built again when it is %s", async (_state, harm) => {
    const query = { filter: "tag = even and config.lora.r > 2", sort: "started" };
    const before = await names(query);
    harm(indexFile()!);
    for (let look = 0; look < 2; look += 1) expect(await names(query)).toBe(before);
  });

  it("is built again when the history was rewritten", async () => {
    writeFileSync(historyPath, line(2, "v3.0") + line(3, "v3.1") + line(5, "v3.2") + line(6, "v3.3"));
    expect(await names({ recorded: true })).toBe("6v3.3 5v3.2 3v3.1 2v3.0");
  });

  it("is written anew after many changes, and says the same", async () => {
    for (let number = 11; number < 60; number += 1) writeRun(number);
    let more = "";
    for (let number = 0; number < 320; number += 1) more += line(number, `v2.${number}`, `run-elsewhere-${number}`);
    appendFileSync(historyPath, more);
    const before = readFileSync(indexFile()!);
    const first = await names();
    expect(readFileSync(indexFile()!).equals(before)).toBe(false);
    expect(await names()).toBe(first);
    expect(first.split(" ")).toHaveLength(59 + 1 + 320);
  });

  it("is right in a tree that nobody may write", async () => {
    rmSync(join(workspace, ".tunesmith"), { recursive: true });
    chmodSync(workspace, 0o555);
    expect(await names({ sort: "-metrics.loss", limit: 2 })).toBe("10 9");
    chmodSync(workspace, 0o755);
  });

  it("serves several who build it at once", async () => {
    rmSync(indexFile()!);
    const answers = await Promise.all(Array.from({ length: 8 }, () => names({ limit: 4 })));
    expect(new Set(answers)).toEqual(new Set(["-v0.9 4v1.1 1v1.0 10"]));
  });

  it("tells runs and lines that cannot be used", async () => {
    mkdirSync(join(outputDir, "broken"));
    writeFileSync(join(outputDir, "broken", "run.json"), "{");
    appendFileSync(historyPath, "{\n");
    const { unreadable, broken } = await queryRuns({ outputDir, historyPath }, [{}], options);
    expect(unreadable).toMatchObject([{ directory: "broken" }]);
    expect(broken).toMatchObject([{ line: 4 }]);
  });

  it("finds dated runs and the members of a sweep", async () => {
    writeRun(21, {}, "2026-02-01/10-00-00");
    writeRun(22, {}, "2026-02-01/11-00-00/0");
    writeRun(23, {}, "2026-02-01/11-00-00/1");
    expect(await names({ filter: "config.lora.r > 20", sort: "config.lora.r" })).toBe("21 22 23");
    expect(await names({ filter: "directory ~ 11-00", sort: "config.lora.r" })).toBe("22 23");
  });
});
