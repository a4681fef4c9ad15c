import { defineCommand } from "../../command.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { list, required, text } from "../../options.ts";
import { catalogOptions, showEntries } from "./options.ts";

/** `tunesmith checkpoints search` */
export const checkpointsSearch = defineCommand({
  name: "checkpoints search",
  summary: "Find checkpoints by words of their path, model, tag or kind",
  arguments: { words: required(list("words", "each must stand somewhere")) },
  options: { ...catalogOptions, outputDir: text("dir", "where to look", { default: "outputs" }) },
  examples: ["checkpoints search resnet18 best", "checkpoints search receipts --kind best --sort hmean --json"],
  async run({ options, arguments: { words }, print }) {
    const { openCatalog } = await import("../../ledger.ts");
    return showEntries(openCatalog(await fromLegacyPath(options.outputDir, print), print, { index: options.rebuildIndex ? "rebuild" : "use", packed: true }), options, words, print);
  },
});
