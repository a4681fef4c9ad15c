import { defineCommand } from "../../command.ts";
import { required, text } from "../../options.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs compare` */
export const runsCompare = defineCommand({
  name: "runs compare",
  summary: "Compare two versions by one metric",
  arguments: { first: required(text("v1", "the version to compare with")), second: required(text("v2", "the version to judge")) },
  options: { ...runOptions, metric: text("name", "default: the first usual metric that both have") },
  examples: ["runs compare v1.0 v1.1", "runs compare v1.0 v1.1 --metric rouge_l --json"],
  async run({ options, arguments: { first, second }, print }) {
    const { formatComparison, historyPathFor, openExperimentTracker } = await import("../../../runs/index.ts");
    const tracker = openExperimentTracker(options.historyFile ?? historyPathFor(options.outputDir));
    const comparison = tracker.compare(first, second, { metric: options.metric });
    print.line(formatComparison(comparison));
    return {
      metric: comparison.metric,
      direction: comparison.direction,
      version1: comparison.first,
      version2: comparison.second,
      difference: comparison.difference,
      percent_change: comparison.percentChange,
      improvement: comparison.improvement,
      warnings: comparison.warnings,
    };
  },
});
