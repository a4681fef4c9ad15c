import { describe, expect, it } from "vitest";
import { releaseRecord } from "../../../test/helpers/released-run.ts";
import { evaluationRow } from "./evaluation-row.ts";
import { appendRow, parseTable } from "./table.ts";
import { datasetTagMessage, modelTagMessage } from "./tag-message.ts";

const row = (cells: Readonly<Record<string, string>>) => new Map(Object.entries(cells));

describe("appendRow", () => {
  it("leaves the lines that stand there as they are, to the byte", () => {
    const text = 'version,notes,f1\r\nv1.0,"a ""quoted"", cell\nof two lines", 0.80 \r\n';
    expect(appendRow(text, row({ f1: "0.9", version: "v1.1", notes: " b " }))).toBe(`${text}v1.1," b ",0.9\r\n`);
    expect(appendRow("version,f1\nv1.0,1", row({ version: "v1.1", f1: "2" }))).toBe("version,f1\nv1.0,1\nv1.1,2\n");
  });

  it("puts new columns at the end of a table that others wrote, and loses none of theirs", () => {
    const text = appendRow('version,theirs\nv0.9,"x, y"\n', row({ version: "v1.0", run_id: "run-1" }));
    expect(text).toBe('version,theirs,run_id\nv0.9,"x, y",\nv1.0,,run-1\n');
    expect(parseTable(text).rows).toEqual([{ version: "v0.9", theirs: "x, y", run_id: "" }, { version: "v1.0", theirs: "", run_id: "run-1" }]);
  });

  it("begins a table with its header", () => {
    expect(appendRow(undefined, row({ version: "v1.0", notes: "a\nb" }))).toBe('version,notes\nv1.0,"a\nb"\n');
  });
});

it("writes a row in the columns of seed 001, with nothing where nothing is known", () => {
  const cells = evaluationRow(releaseRecord({ run: { ...releaseRecord().run, notes: "=cmd()" } }), { modelId: "acme/support", modelCommit: "a".repeat(40), dataset: { id: "acme/tickets", version: "d1.0", commit: "b".repeat(40) } });
  expect([...cells.keys()].slice(0, 18)).toEqual(["version", "timestamp", "base_model", "train_size", "test_size", "full_train_size", "batch_size", "num_epochs", "sample_size", "sampling_strategy", "test_split", "num_iterations", "training_type", "n_trials", "search_sample_size", "search_models", "best_hyperparameters", "f1_micro"]);
  expect(["version", "base_model", "train_size", "num_epochs", "sample_size", "batch_size", "f1_micro", "hamming_loss", "weapon_f1", "dataset_version", "notes"].map((name) => cells.get(name))).toEqual(["v1.2", "acme/tiny", "1200", "2", "600", "", "0.8765", "", "0.61", "d1.0", "'=cmd()"]);
  expect(JSON.parse(cells.get("metrics")!)).toMatchObject({ f1_micro: { value: 0.8765, low: expect.closeTo(0.8565, 9), high: 0.8965, n: 120 } });
});

it("says in tag messages what seed 001 said, and leaves out what is not known", () => {
  expect(modelTagMessage(releaseRecord()).split("\n")[0]).toBe("Version v1.2 | F1=0.8765 | Acc=0.8234 | samples=1200");
  expect(modelTagMessage(releaseRecord({ evaluation: null, dataset: null })).split("\n").slice(0, 3)).toEqual(["Version v1.2", "", `config sha256:${"c".repeat(64)}`]);
  expect(datasetTagMessage("d1.3", { rows: { train: 1200, test: 180 }, sampled: 600, digest: "d" })).toBe("Dataset d1.3 | train=1200 | test=180 | sampled=600\n\nrows sha256:d");
  expect(datasetTagMessage("d1.3", { rows: {}, sampled: null, digest: "d" }).split("\n")[0]).toBe("Dataset d1.3");
});
