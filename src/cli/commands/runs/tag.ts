import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { list, required, text } from "../../options.ts";
import { requireRunHere } from "./here.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs tag` */
export const runsTag = defineCommand({
  name: "runs tag",
  summary: "Add tags to a run, or remove some",
  arguments: { run: required(text("run", "version, id, name or path")), tags: list("tag", "tags to add") },
  options: { ...runOptions, remove: list("tag", "tags to remove") },
  examples: ["runs tag v1.2 gold reviewed", "runs tag v1.2 --remove gold"],
  async run({ options, arguments: { run: wanted, tags }, print }) {
    if (tags.length + options.remove.length === 0) throw usageFault("`tunesmith runs tag` needs a tag to add, or --remove with one", "tunesmith runs tag");
    const { tagRun } = await import("../../../runs/index.ts");
    const { directory, name, historyPath } = await requireRunHere(wanted, options, "tag", print);
    const record = await tagRun(directory, { add: tags, remove: options.remove }, { historyPath });
    print.line(`${name}: ${record.tags.length === 0 ? "no tags" : record.tags.join(", ")}`);
    return { run: record.name, tags: record.tags };
  },
});
