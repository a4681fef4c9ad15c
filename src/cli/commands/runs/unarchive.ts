import { defineCommand } from "../../command.ts";
import { required, text } from "../../options.ts";
import { requireRunHere } from "./here.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs unarchive` */
export const runsUnarchive = defineCommand({
  name: "runs unarchive",
  summary: "List an archived run again and unpack its checkpoints",
  arguments: { run: required(text("run", "version, id, name or path")) },
  options: { ...runOptions },
  examples: ["runs unarchive v0.3", "runs unarchive outputs/run-base-model_training_20261121_120000 --json"],
  async run({ options, arguments: { run: wanted }, print, withInterrupt }) {
    const [{ archiveRun }, { unpackRun }, { hasArchive }] = await Promise.all([import("../../../runs/index.ts"), import("../../packed-checkpoints.ts"), import("../../../checkpoints/index.ts")]);
    const { directory, name, historyPath } = await requireRunHere(wanted, options, "unarchive", print);
    const unpacked = hasArchive(directory) ? await withInterrupt((signal) => unpackRun(directory, { print, signal })) : null;
    const record = await archiveRun(directory, null, { historyPath });
    print.line(`${name} is listed again${unpacked === null ? "; its checkpoints were not packed" : ""}.`);
    return { run: record.name, directory, archived_at: record.archived_at, unpacked };
  },
});
