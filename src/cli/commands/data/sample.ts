import type { Row, SplitName } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { namedDataset } from "../../named-dataset.ts";
import { choice, text, wholeNumber } from "../../options.ts";
import type { Print } from "../../print.ts";

/** `tunesmith data sample` */
export const dataSample = defineCommand({
  name: "data sample",
  summary: "Show some rows of a dataset, chosen by chance",
  arguments: { dataset: text("dir", "a prepared dataset, or one saved by Python's datasets") },
  options: {
    datasetPath: text("dir", "the same"),
    count: wholeNumber("n", "rows to show", { default: 5, min: 1 }),
    split: choice<SplitName>(["train", "validation", "test"], "of the dataset", { default: "train" }),
    task: text("name", "only rows of this task"),
    label: text("name", "only rows with this label"),
    seed: wholeNumber("n", "other rows for another one", { default: 42, min: 0 }),
  },
  remark: "The whole split is read, and a few rows of it held: a dataset larger than the memory works.",
  examples: ["data sample data/processed/healthcare_dataset", "data sample --dataset-path data/processed/healthcare_dataset --split test --count 3 --task dose"],
  async run({ options: { count, split, task, label, seed, ...options }, arguments: { dataset: named }, print }) {
    const datasetPath = namedDataset(named, options.datasetPath, "data sample");
    const { openDataset, sampleRows } = await import("../../../data/index.ts");
    const dataset = openDataset(datasetPath);
    const fits = (row: Row): boolean => (task === undefined || row.task === task) && (label === undefined || row.labels?.includes(label) === true);
    const { rows, seen } = sampleRows(dataset.rows(split), { count, seed, fits });
    for (const row of rows) show(row, print);
    print.line(`${rows.length} of ${seen} rows of ${split}${task === undefined ? "" : `, task ${print.visible(task)}`}${label === undefined ? "" : `, label ${print.visible(label)}`}`);
    return { path: datasetPath, split, matching: seen, rows };
  },
});

function show(row: Row, print: Print): void {
  print.line(print.paint.bold(print.visible(row.id)) + print.paint.dim([row.task, row.group, row.labels?.join(", ")].filter((one) => one !== undefined && one !== "").map((one) => `  ${print.visible(one ?? "")}`).join("")));
  for (const field of ["system", "instruction", "input", "output"] as const) {
    const value = row[field] ?? "";
    if (value !== "") print.line(`  ${print.paint.dim(field.padEnd(12))}${print.visible(value)}`);
  }
  print.line();
}
