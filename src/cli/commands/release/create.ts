import type { MissingPart } from "../../../records/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatBytes, formatCommand, formatPath } from "../../format.ts";
import { flag, list, text } from "../../options.ts";
import type { Print } from "../../print.ts";
import { releaseOptions, releasesDirectory, runPlaceOptions } from "./options.ts";

/** `tunesmith release create` */
export const releaseCreate = defineCommand({
  name: "release create",
  summary: "Assemble what a run made into a release with its card",
  arguments: { version: text("version", "vX.Y (default: that of the run)") },
  options: {
    from: text("run", "version, id, name or path (default: the run of this version, else the newest)"),
    checkpoint: text("name", "of the run: best, last or a name (default: the best, else the last)"),
    name: text("name", "what the model is called (default: the tag of the run)"),
    types: list("type", "quantized models to take (default: all)"),
    baseModel: text("owner/name", "the base on the Hub, for the card"),
    license: text("id", "of the model (default: that of base and data, when they agree)"),
    replace: flag("other content of this version gives way, as long as it was never published"),
    allowUnverified: flag("take quantized models that `verify` has not passed"),
    ...releaseOptions,
    ...runPlaceOptions,
  },
  remark: "Nothing is made anew: what is missing is listed with the command that makes it. Files get a second name where\nthe disk allows it. The same content twice is fine; a version that holds other content is an error\nunless --replace is given.",
  examples: ["release create v1.2", "release create v1.2 --from outputs/support-base-model_training_20261121_120000 --types q4_k_m q8_0 --license apache-2.0"],
  async run({ options, arguments: { version }, print, world, withInterrupt }) {
    const [{ createRelease }, { findReleaseRun }, { findCachedBase }] = await Promise.all([import("../../../releases/index.ts"), import("../../release-run.ts"), import("../../release-base.ts")]);
    return withInterrupt(async (signal) => {
      const { from, outputDir, types, baseModel, license, allowUnverified } = options;
      const runDirectory = await findReleaseRun({ from, version, outputDir, print, signal });
      const baseModelDirectory = await findCachedBase(baseModel ?? (await namedBase(runDirectory)), world);
      const { directory, record, status, unverified } = await createRelease({
        runDirectory,
        outputDir,
        allowUnverified,
        replace: options.replace,
        signal,
        now: world.now(),
        releasesDirectory: await releasesDirectory(options),
        ...(version !== undefined && { version }),
        ...(options.checkpoint !== undefined && { checkpoint: options.checkpoint }),
        ...(options.name !== undefined && { name: options.name }),
        ...(types.length > 0 && { types }),
        ...(baseModel !== undefined && { baseModelId: baseModel }),
        ...(baseModelDirectory !== undefined && { baseModelDirectory }),
        ...(license !== undefined && { licence: license }),
      });
      for (const { path, reason } of unverified) print.warn(`${path} ${reason}`);
      const bytes = record.files.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
      print.line(`${STATUS[status]} ${record.name} ${record.version} in ${formatPath(directory)}, ${formatAmount(record.files.length, "file")}, ${formatBytes(bytes)}`);
      if (record.licence.conflict !== null) print.warn(`${record.licence.conflict}`);
      showMissing(record.missing, print);
      print.line(`\nPublish it:  ${formatCommand("release", "publish", record.version, "--repo", "OWNER/NAME", "--dry-run")}`);
      return { directory, status, release: record };
    });
  },
});

const STATUS = { created: "Created", existing: "Already there:", updated: "Already there, its card says more now:", replaced: "Replaced" } as const;

/** What is not there, each with the command that makes it. */
export function showMissing(missing: readonly MissingPart[], print: Print): void {
  if (missing.length === 0) return;
  print.line("\nMissing:");
  for (const { what, reason, command } of missing) {
    print.line(`  ${print.visible(what)}: ${print.visible(reason)}`);
    if (command !== null) print.line(`      ${print.paint.dim(print.visible(command))}`);
  }
}

async function namedBase(runDirectory: string): Promise<string | undefined> {
  const { readRun } = await import("../../../runs/index.ts");
  const { config, base_model: base } = readRun(runDirectory).record;
  return typeof config["model_name"] === "string" ? config["model_name"] : base?.path;
}
