import { defineCommand } from "../command.ts";
import { required, text } from "../options.ts";
import { compareStored, findStoredEvaluations } from "../run-evaluations.ts";

/** `tunesmith evaluate compare` */
export const evaluateCompare = defineCommand({
  name: "evaluate compare",
  summary: "Compare two evaluations row by row, and say which differences are more than noise",
  arguments: { first: required(text("a", "the evaluation to compare with: its folder, or a run by version, id, name or path")), second: required(text("b", "the evaluation to judge")) },
  options: { outputDir: text("dir", "where runs lie", { default: "outputs" }) },
  remark: "Rows are paired by id. A difference is more than noise when the 95 % bootstrap interval over the rows leaves out zero, with ten rows at least.\nOf runs with several evaluations the pair with the most rows is taken, the test split first.",
  examples: ["evaluate compare v1.0 v1.1", "evaluate compare results/evaluation/base-1a2b3c4d results/evaluation/tuned-5e6f7a8b --json"],
  async run({ options, arguments: { first, second }, print }) {
    const { formatComparison } = await import("../../evaluation/index.ts");
    const [a, b] = [await findStoredEvaluations(first, options.outputDir, print), await findStoredEvaluations(second, options.outputDir, print)];
    const pair = await compareStored(a, b);
    const { comparison } = pair;
    print.line(print.visible(`${comparison.base.name} (${pair.first.folder})\nagainst ${comparison.tuned.name} (${pair.second.folder})\n`));
    print.line(print.visible(formatComparison(comparison, ["first", "second"])));
    const clear = comparison.rows.filter(({ verdict }) => verdict !== "no clear difference");
    print.line(clear.length === 0 ? "\nNo difference is more than noise." : print.visible(`\nMore than noise: ${clear.map(({ metric, verdict }) => `${metric} (${verdict})`).join(", ")}.`));
    return { first: pair.first.folder, second: pair.second.folder, comparison };
  },
});
