import { defineCommand } from "../../command.ts";
import { required, text } from "../../options.ts";
import { runOptions } from "./options.ts";
import { placesOf, showIndexing } from "./places.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith runs diff` */
export const runsDiff = defineCommand({
  name: "runs diff",
  summary: "Show how the configurations of two runs differ",
  arguments: { first: required(text("a", "the earlier run: version, id, name or path")), second: required(text("b", "the later run")) },
  options: runOptions,
  examples: ["runs diff v1.0 v1.1", "runs diff v1.0 outputs/tickets-base-model_training_20260101_120000 --json"],
  async run({ options, arguments: { first, second }, print }) {
    const { diffConfigs, findRun, formatConfigDiff, rowEntry, rowName } = await import("../../../runs/index.ts");
    const places = await placesOf(options);
    const search = { onProgress: showIndexing(print) };
    const [a, b] = [await findRun(await fromLegacyPath(first, print), places, search), await findRun(await fromLegacyPath(second, print), places, search)];
    const configOf = (row: typeof a) => row.run?.record.config ?? rowEntry(row).config;
    const changes = diffConfigs(configOf(a), configOf(b));
    const datasets = [a, b].map(({ run, entry }) => run?.record.dataset?.digest ?? entry?.metadata["dataset_digest"] ?? entry?.metadata["dataset_version"] ?? null);
    print.line(visibleText(`${rowName(a)} → ${rowName(b)}`));
    print.line(changes.length === 0 ? "The configurations are the same." : formatConfigDiff(changes));
    if (datasets[0] !== datasets[1]) print.line(visibleText(`The datasets differ: ${datasets.map((digest) => String(digest ?? "not known").slice(0, 16)).join(" and ")}`));
    return { first: rowName(a), second: rowName(b), changes, datasets };
  },
});
