import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { archiveRun, noteRun, tagRun } from "./annotate.ts";
import { defaultColumns, EVALS_COLUMNS, exportTable, formatExport, withImprovement } from "./export.ts";
import { findRun, rowEntry, rowName } from "./find.ts";
import { queryRuns } from "./query/query-runs.ts";
import { createRun, type Run } from "./run.ts";

const workspace = mkdtempSync(join(tmpdir(), "tunesmith-find-"));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));
const places = { outputDir: join(workspace, "outputs"), historyPath: join(workspace, "experiment_history.jsonl") };
const { historyPath } = places;
const runs: Run[] = [];

beforeAll(async () => {
  for (const [at, tag] of ["alpha", "alphabet", "beta"].entries()) {
    const run = createRun({ outputDir: places.outputDir, tag, model: "tiny", config: { lr: 0.1 * (at + 1), note: "=1+1" }, now: () => new Date(`2026-01-0${at + 1}T00:00:00Z`) });
    runs.push(run);
    if (at < 2) await run.finish({ metrics: { f1_micro: 0.8 + 0.05 * at, loss: 1 }, groups: { per_label: { Weapon: { f1: 0.5 } } } });
  }
});

describe("findRun", () => {
  const found = async (wanted: string): Promise<string | undefined> => (await findRun(wanted, places)).run?.record.tag;

  it("takes a version, an id, a name, a path and a unique beginning", async () => {
    const [first, second, third] = runs.map(({ record, directory }) => ({ ...record, directory }));
    expect(await found("v1.0")).toBe("alpha");
    expect(await found("1.1")).toBe("alphabet");
    expect(await found(first!.id)).toBe("alpha");
    expect(await found(second!.name)).toBe("alphabet");
    expect(await found(third!.directory)).toBe("beta");
    expect(await found("beta")).toBe("beta");
    expect(await found("alpha-")).toBe("alpha");
    expect(await found(third!.id.slice(0, 14))).toBe("beta");
  });

  it("refuses what fits several or none", async () => {
    await expect(findRun("alpha", places)).rejects.toMatchObject({ code: "runs.ambiguous", message: expect.stringContaining("2 runs begin so (v1.1, v1.0)") });
    await expect(findRun("v1.7", places)).rejects.toMatchObject({ code: "runs.unknown", hint: expect.stringContaining("Did you mean v1.") });
    await expect(findRun("zzzzzzzzz", places)).rejects.toMatchObject({ code: "runs.unknown", hint: "See `tunesmith runs list --all`." });
    await expect(findRun("", places)).rejects.toMatchObject({ code: "runs.unknown" });
  });

  it("says of a directory that is no run where to look at it", async () => {
    await expect(findRun(workspace, places)).rejects.toMatchObject({ message: `Cannot read ${workspace} as a run: it holds no run.json`, hint: expect.stringContaining("checkpoints list") });
  });

  it("gives a run as a line of the history, with the record's newest scores and the line's groups", async () => {
    const row = await findRun("v1.0", places);
    expect(rowName(row)).toBe("v1.0");
    expect(rowEntry(row)).toMatchObject({ version: "v1.0", config: { lr: 0.1 }, metrics: { overall: { f1_micro: 0.8 }, per_label: { Weapon: { f1: 0.5 } } } });
  });
});

describe("annotating a run", () => {
  it("adds and removes tags, appends notes, hides and shows, and leaves the history alone", async () => {
    const history = readFileSync(historyPath, "utf8");
    const { directory } = runs[0]!;
    expect((await tagRun(directory, { add: ["gold", "keep", "gold"] }, { historyPath })).tags).toEqual(["gold", "keep"]);
    expect((await tagRun(directory, { add: ["new"], remove: ["gold"] }, { historyPath })).tags).toEqual(["keep", "new"]);
    await noteRun(directory, "first", { historyPath });
    expect((await noteRun(directory, "second", { historyPath })).notes).toBe("first\nsecond");
    const at = new Date("2026-02-01T00:00:00Z");
    await archiveRun(directory, at, { historyPath });
    expect((await archiveRun(directory, new Date("2027-01-01"), { historyPath })).archived_at).toBe(at.toISOString());
    expect((await queryRuns(places, [{ filter: "tags = keep" }, { filter: "tags = keep", archived: true }])).selections.map(({ matched }) => matched)).toEqual([0, 1]);
    expect((await archiveRun(directory, null, { historyPath })).archived_at).toBeNull();
    expect(readFileSync(historyPath, "utf8")).toBe(history);
  });

  it("loses none of many notes at once", async () => {
    const { directory } = runs[1]!;
    await Promise.all(Array.from({ length: 8 }, (_zero, at) => noteRun(directory, `note ${at}`, { historyPath })));
    expect((await findRun(directory, places)).run!.record.notes.split("\n").sort()).toEqual(Array.from({ length: 8 }, (_zero, at) => `note ${at}`));
  });

  it("refuses a tag that is no word, and to archive a run that still runs", async () => {
    expect(() => tagRun(runs[0]!.directory, { add: ["two words"] }, { historyPath })).toThrow('Cannot use the tag "two words"');
    await expect(archiveRun(runs[2]!.directory, new Date(), { historyPath })).rejects.toMatchObject({ code: "runs.still_running" });
  });
});

describe("formatExport", () => {
  const table = async (sort = "version") => (await queryRuns(places, [{ filter: "version is not null", sort }])).selections[0]!.rows;
  const columns = (...names: readonly string[]) => names.map((name) => [name, [name]] as const);

  it("writes CSV that a spreadsheet does not run", async () => {
    expect(formatExport(exportTable(await table(), columns("version", "ended", "tags", "metrics.f1_micro", "config.note", "parent")), "csv")).toBe(
      "version,ended,tags,metrics.f1_micro,config.note,parent\nv1.0,2026-01-01T00:00:00.000Z,keep; new,0.8,'=1+1,\nv1.1,2026-01-02T00:00:00.000Z,,0.8500000000000001,'=1+1,\n",
    );
    expect(formatExport({ titles: ["a,b"], rows: [['say "x"\n'], [undefined], [-1]] }, "csv")).toBe('"a,b"\n"say ""x""\n"\n\n-1\n');
  });

  it("writes Markdown and LaTeX with four decimals, and the improvement on a baseline", async () => {
    const rows = await table("-metrics.f1_micro");
    const improved = withImprovement(exportTable(rows, columns("config.lr", "metrics.f1_micro")), rows, "f1_micro", rows[1]!);
    expect(formatExport(improved, "md")).toBe("| config.lr | metrics.f1_micro | Improvement |\n| ---: | ---: | ---: |\n| 0.2000 | 0.8500 | +6.3% |\n| 0.1000 | 0.8000 | +0.0% |\n");
    expect(formatExport(improved, "latex")).toContain("config.lr & metrics.f1\\_micro & Improvement \\\\\n\\midrule\n0.2000 & 0.8500 & +6.3\\% \\\\");
    expect(formatExport({ titles: ["a|b"], rows: [["x\ny"]] }, "md")).toBe("| a\\|b |\n| --- |\n| x<br>y |\n");
  });

  it("takes the columns that are filled, or those of the seed's eval table", async () => {
    const rows = await table();
    expect(defaultColumns(rows)).toEqual(expect.arrayContaining(["version", "metrics.per_label.Weapon.f1", "config.lr"]));
    const evals = exportTable(rows, EVALS_COLUMNS);
    expect(evals.titles.join(",")).toBe(
      "version,timestamp,base_model,train_size,test_size,full_train_size,batch_size,num_epochs,sample_size,sampling_strategy,test_split,num_iterations,training_type,n_trials,search_sample_size,search_models,best_hyperparameters,f1_micro,f1_macro,f1_samples,accuracy,hamming_loss,trigger_precision,trigger_recall,trigger_f1,trigger_support,casualty_precision,casualty_recall,casualty_f1,casualty_support,weapon_precision,weapon_recall,weapon_f1,weapon_support,model_repo,dataset_repo,dataset_version,notes",
    );
    expect(evals.rows[0]![evals.titles.indexOf("weapon_f1")]).toBe(0.5);
  });
});
