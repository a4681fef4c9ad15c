import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runProcesses } from "../../test/helpers/run-processes.ts";
import { archiveRun, noteRun, tagRun } from "./annotate.ts";
import { readHistory } from "./history.ts";
import { readRun } from "./read.ts";
import { createRun, reopenRun, type Run } from "./run.ts";

let folder: string;
let run: Run;
let historyPath: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-annotations-"));
  historyPath = join(folder, "experiment_history.jsonl");
  run = createRun({ outputDir: join(folder, "outputs"), model: "tiny", config: {}, tags: ["first"] });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(run.directory, "annotations.json");
const told = () => {
  const { tags, notes } = readRun(run.directory).record;
  return { tags, notes };
};

describe("tags and notes of a running run", () => {
  it("are read at once, outlive what the run writes of itself, and end in its record and its line", async () => {
    await tagRun(run.directory, { add: ["gold"], remove: ["first"] }, { historyPath });
    await noteRun(run.directory, "looks good", { historyPath });
    run.update({ last_step: 5 });
    expect(told()).toEqual({ tags: ["gold"], notes: "looks good" });
    const ended = await run.finish();
    expect(ended).toMatchObject({ tags: ["gold"], notes: "looks good", last_step: 5 });
    expect(JSON.parse(readFileSync(join(run.directory, "run.json"), "utf8"))).toMatchObject({ tags: ["gold"], notes: "looks good" });
    expect(readHistory(historyPath).entries[0]!.metadata).toMatchObject({ tags: ["gold"], notes: "looks good" });
    expect(existsSync(file())).toBe(false);
  });

  it("end in the record of a run that fails", async () => {
    await noteRun(run.directory, "odd loss", { historyPath });
    expect((await run.fail(new Error("lost"))).notes).toBe("odd loss");
    expect(told().notes).toBe("odd loss");
  });

  it("outlive a stop and what follows it", async () => {
    await noteRun(run.directory, "one", { historyPath });
    run.stop();
    expect(told().notes).toBe("one");
    await noteRun(run.directory, "two", { historyPath });
    expect(existsSync(file())).toBe(false);
    const again = reopenRun(run.directory);
    await noteRun(run.directory, "three", { historyPath });
    expect((await again.finish()).notes).toBe("one\ntwo\nthree");
  });

  it("are taken up by a run that is opened again", async () => {
    await tagRun(run.directory, { add: ["gold"] }, { historyPath });
    run.stop();
    expect(reopenRun(run.directory).record.tags).toEqual(["first", "gold"]);
    expect(told().tags).toEqual(["first", "gold"]);
  });

  it.each(["", "{", "null", "[1]", '{"tags": [1], "notes": 3}'])("are those of run.json where the file beside it holds %j", (text) => {
    writeFileSync(file(), text);
    expect(told()).toEqual({ tags: ["first"], notes: "" });
  });

  it("leave archiving to a run that ended", async () => {
    await expect(archiveRun(run.directory, new Date(), { historyPath })).rejects.toMatchObject({ code: "runs.still_running" });
  });
});

it("a process that trains and others that annotate it lose nothing", { timeout: 60_000 }, async () => {
  const from = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const outputDir = JSON.stringify(join(folder, "trained"));
  const script = `import { existsSync, readFileSync, writeFileSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    import { createRun } from ${from("run.ts")};
    import { noteRun, tagRun } from ${from("annotate.ts")};
    const [number, historyPath, note] = [Number(process.argv[2]), ${JSON.stringify(historyPath)}, ${JSON.stringify(join(folder, "directory"))}];
    if (number === 0) {
      const run = createRun({ outputDir: ${outputDir}, model: "tiny", config: {} });
      writeFileSync(note, run.directory);
      let step = 0;
      while ([1, 2, 3].some((other) => !existsSync(note + other))) { run.update({ last_step: ++step }); await sleep(1); }
      await run.finish();
    } else {
      while (!existsSync(note) || readFileSync(note, "utf8") === "") await sleep(2);
      const directory = readFileSync(note, "utf8");
      for (let turn = 0; turn < 10; turn += 1) {
        if (turn === 7) writeFileSync(note + number, "");
        await noteRun(directory, number + "." + turn, { historyPath });
        await tagRun(directory, { add: ["t" + number + "." + turn] }, { historyPath });
      }
      process.stdout.write(directory);
    }`;
  const [, directory] = await runProcesses(folder, script, 4);
  const { record } = readRun(directory!);
  const all = [1, 2, 3].flatMap((number) => Array.from({ length: 10 }, (_zero, turn) => `${number}.${turn}`));
  expect(record.status).toBe("finished");
  expect(record.notes.split("\n").sort()).toEqual(all);
  expect([...record.tags].sort()).toEqual(all.map((name) => `t${name}`));
});
