import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { required, text } from "../../options.ts";
import { requireRunHere } from "./here.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs note` */
export const runsNote = defineCommand({
  name: "runs note",
  summary: "Append a note to a run",
  arguments: { run: required(text("run", "version, id, name or path")), note: required(text("text", "one line, in quotes")) },
  options: runOptions,
  examples: ["runs note v1.2 'the Weapon rows were relabelled before this run'", "runs note outputs/tickets-base-model_training_20260101_120000 'baseline of the paper' --json"],
  async run({ options, arguments: { run: wanted, note }, print }) {
    if (note.trim() === "") throw usageFault("the note is empty, needed is at least one character", "tunesmith runs note");
    const { noteRun } = await import("../../../runs/index.ts");
    const { directory, name, historyPath } = await requireRunHere(wanted, options, "note", print);
    const record = await noteRun(directory, note.trim(), { historyPath });
    print.line(`${name}: noted`);
    return { run: record.name, notes: record.notes };
  },
});
