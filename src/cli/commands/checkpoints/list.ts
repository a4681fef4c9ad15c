import { defineCommand } from "../../command.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { text } from "../../options.ts";
import { catalogOptions, showEntries } from "./options.ts";

/** `tunesmith checkpoints list` */
export const checkpointsList = defineCommand({
  name: "checkpoints list",
  summary: "List the checkpoints of any tree of runs, with model, epoch and scores",
  arguments: { directory: text("dir", "where to look (default: outputs)", { default: "outputs" }) },
  options: catalogOptions,
  remark: "Reads sidecars, configurations and headers of any layout; nothing is executed. `?` marks a guess from words in a name.",
  examples: ["checkpoints list --sort hmean --limit 5", "checkpoints list lightning_logs --encoder resnet18 --metric 'hmean >= 0.9'"],
  async run({ options, arguments: { directory }, print }) {
    const { openCatalog } = await import("../../ledger.ts");
    return showEntries(openCatalog(await fromLegacyPath(directory, print), print, { index: options.rebuildIndex ? "rebuild" : "use", packed: true }), options, [], print);
  },
});
