import { TunesmithError } from "../../../errors.ts";
import type { UploadSummary } from "../../../training/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatPath } from "../../format.ts";
import { text } from "../../options.ts";
import { createUploadView } from "../../upload-view.ts";
import { runOptions } from "../runs/options.ts";
import { requireRunHere } from "../runs/here.ts";

/** `tunesmith hub sync` */
export const hubSync = defineCommand({
  name: "hub sync",
  summary: "Upload the checkpoints that train --push-to-hub could not",
  arguments: { run: text("run", "version, id, name or path; left out, every run that has something to upload") },
  options: runOptions,
  remark: "What was uploaded is compared with the hub's own digests; only then may it be deleted here by the run's rules.",
  examples: ["hub sync", "hub sync outputs/tickets-llama3_training_20251029_143110"],
  async run({ options, arguments: { run }, print, world, withInterrupt, endWith }) {
    const [{ listRuns, readRun }, { hasUploadsLeft, syncRun }, { connectHub }] = await Promise.all([import("../../../runs/index.ts"), import("../../../training/index.ts"), import("../../../hub/index.ts")]);
    const open = run === undefined ? listRuns(options.outputDir).runs.filter(hasUploadsLeft).map(({ directory }) => directory) : [];
    const directories = run === undefined ? open : [(await requireRunHere(run, options, "sync", print)).directory];
    const view = createUploadView(print);
    const synced: (UploadSummary & { readonly directory: string })[] = [];
    const refused: { readonly directory: string; readonly message: string }[] = [];
    await withInterrupt(async (signal) => {
      for (const directory of directories.toReversed()) {
        if (signal.aborted) return;
        try {
          const client = connectHub({ endpoint: readRun(directory).record.hub?.endpoint, environment: world.environment, fetch: world.fetch, signal });
          synced.push({ directory, ...(await syncRun(directory, { client, signal, now: world.now, onUpload: view.show })) });
        } catch (thrown) {
          if (run !== undefined || !(thrown instanceof TunesmithError)) throw thrown;
          refused.push({ directory, message: thrown.message });
          print.warn(print.visible(thrown.message));
        }
      }
    }).finally(view.finish);
    if (directories.length === 0) print.line("Nothing is left to upload.");
    for (const { directory, url, done, pending, gone } of synced) {
      print.line(`${formatPath(directory)}: ${formatAmount(done, "upload")} at ${url}${pending.length === 0 ? "" : `, ${pending.length} still to do`}${gone === 0 ? "" : `, ${gone} deleted before they were uploaded`}`);
    }
    if (refused.length > 0 || synced.some(({ pending }) => pending.length > 0)) endWith(1);
    return { synced, refused };
  },
});
