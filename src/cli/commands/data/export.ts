import { join } from "node:path";
import type { DatasetExportFormat } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount } from "../../format.ts";
import { namedDataset } from "../../named-dataset.ts";
import { choice, list, text } from "../../options.ts";

/** `tunesmith data export` */
export const dataExport = defineCommand({
  name: "data export",
  summary: "Write a dataset's splits as CSV or JSON Lines",
  arguments: { dataset: text("dataset", "a directory, or a version (d1.0, or name@d1.0)") },
  options: {
    datasetPath: text("dir", "the same"),
    format: choice<DatasetExportFormat>(["csv", "jsonl"], "of the files", { default: "csv" }),
    outputDir: text("dir", "where they go (data/exported/<name of the dataset>)"),
    labelNames: list("names", "the order of labels, which are flags in CSV (by name)"),
    dataDir: text("dir", "the folder of datasets, for versions", { default: "data/processed" }),
  },
  remark: "CSV of rows with labels has the columns text and labels, [1, 0, 0] for each row; of others instruction, input and output.",
  examples: ["data export data/processed/water-conflict_dataset --label-names Trigger Casualty Weapon", "data export d1.0 --format jsonl"],
  async run({ options, arguments: { dataset: named }, print }) {
    const { exportDataset, findDataset, openDataset } = await import("../../../data/index.ts");
    const dataset = openDataset(findDataset(namedDataset(named, options.datasetPath, "data export"), options.dataDir));
    const outputDir = options.outputDir ?? join("data", "exported", dataset.declared()?.name ?? "dataset");
    const exported = exportDataset(dataset, { format: options.format, outputDir, ...(options.labelNames.length > 0 && { labelNames: options.labelNames }) });
    for (const { path, rows } of exported.files) print.line(`written     ${path} (${formatAmount(rows, "row")})`);
    if (exported.labelNames.length > 0) print.line(`labels      ${exported.labelNames.map(print.visible).join(", ")}, in this order`);
    return { ...exported, dataset: dataset.path };
  },
});
