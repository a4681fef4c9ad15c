import { defineCommand } from "../../command.ts";
import { formatCommand } from "../../format.ts";
import { flag, required, text } from "../../options.ts";
import type { Progress } from "../../progress.ts";
import { releaseOptions, releasesDirectory, runPlaceOptions } from "./options.ts";

/** `tunesmith release publish` */
export const releasePublish = defineCommand({
  name: "release publish",
  summary: "Publish a release to a hub, step by verified step",
  arguments: { release: required(text("release", "version or folder")) },
  options: {
    repo: required(text("owner/name", "of the model")),
    datasetRepo: text("owner/name", "of the dataset (default: not published)"),
    datasetPerVersion: flag("a repository <name>-vX.Y for each version, instead of tags dX.Y in one"),
    datasetPath: text("dir", "where its rows are (default: where the run found them)"),
    arrow: flag("also the directory that load_from_disk reads"),
    evalsRepo: text("owner/name", "of the dataset that holds evals_results.csv (default: no row)"),
    private: flag("make new repositories private"),
    allowUnverified: flag("publish quantized models that `verify` has not passed"),
    dryRun: flag("print the plan and write nothing"),
    ...releaseOptions,
    ...runPlaceOptions,
  },
  remark: "HF_ENDPOINT says which hub; the token is HF_TOKEN or the file of `hf auth login`. Stopped at any point, the same\ncommand goes on. What stands on the hub with other content is never replaced.",
  examples: ["release publish v1.2 --repo acme/support --dataset-repo acme/tickets --evals-repo acme/evals --dry-run", "release publish v1.2 --repo acme/support --dataset-repo acme/tickets --dataset-per-version --private"],
  async run({ options, arguments: { release: wanted }, print, world, withInterrupt }) {
    const [{ hubPort, planPublication, publishRelease, requireRelease }, { connectHub }, { historyPathFor }] = await Promise.all([import("../../../releases/index.ts"), import("../../../hub/index.ts"), import("../../../runs/index.ts")]);
    return withInterrupt(async (signal) => {
      const folder = await releasesDirectory(options);
      let progress: Progress | undefined;
      const onProgress = ({ doneBytes, totalBytes }: { readonly doneBytes: number; readonly totalBytes: number }) => {
        progress ??= print.progress({ label: "uploading", total: totalBytes, unit: "bytes" });
        progress.update(doneBytes);
      };
      const { datasetRepo, datasetPath, evalsRepo } = options;
      const wish = {
        hub: hubPort(connectHub({ environment: world.environment, fetch: world.fetch, signal }), { signal, onProgress }),
        release: requireRelease(wanted, folder),
        modelId: options.repo,
        datasetPerVersion: options.datasetPerVersion,
        arrow: options.arrow,
        allowUnverified: options.allowUnverified,
        private: options.private,
        releasesDirectory: folder,
        historyPath: historyPathFor(options.outputDir),
        now: world.now,
        signal,
        ...(datasetRepo !== undefined && { datasetId: datasetRepo }),
        ...(datasetPath !== undefined && { datasetPath }),
        ...(evalsRepo !== undefined && { evaluationsId: evalsRepo }),
      };
      if (options.dryRun) {
        const plan = await planPublication(wish);
        print.line(`Plan for ${plan.version} on ${plan.endpoint}`);
        print.table(["step", "where", "what", "state", ""], plan.steps.map(({ name, place, title, state, note }) => [name, print.visible(place), print.visible(title), state, print.visible(note)]));
        for (const note of plan.notes) print.note(note);
        return { plan };
      }
      const publication = await publishRelease({
        ...wish,
        onStep: ({ name, state, note, again }, place) => {
          progress?.finish("");
          progress = undefined;
          print.line(`${name.padEnd(12)} ${state === "done" ? print.paint.green(again ? "was done" : "done") : print.paint.dim(state)}  ${print.visible(state === "done" ? `${place}: ${note}` : note)}`);
        },
      });
      print.line(`\nTrace it:  ${formatCommand("release", "trace", `${options.repo}@${publication.version}`)}`);
      return { publication };
    });
  },
});
