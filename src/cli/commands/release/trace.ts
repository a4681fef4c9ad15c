import { defineCommand } from "../../command.ts";
import { flag, required, text } from "../../options.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { releaseOptions, releasesDirectory, runPlaceOptions } from "./options.ts";

/** `tunesmith release trace` */
export const releaseTrace = defineCommand({
  name: "release trace",
  summary: "Trace anything back to run, configuration, dataset and raw files",
  arguments: { what: required(text("what", "header of an answer, digest, file, checkpoint, run, release, or owner/name@v1.0")) },
  options: { ...releaseOptions, ...runPlaceOptions, offline: flag("ask no hub about tags that were not published from here") },
  remark: "A served answer says `x-model-digest` and `x-model-run` in its headers; both can be given as they stand there.",
  examples: ["release trace 'x-model-digest: sha256:9f86d081884c7d65'", "release trace outputs/run-base-model_training_20261121_120000/quantized/model-q4_k_m.gguf", "release trace acme/support@v1.2 --json"],
  async run({ options, arguments: { what }, print, world, withInterrupt }) {
    const [{ formatTrace, hubPort, traceArtifact }, { connectHub, isOffline }] = await Promise.all([import("../../../releases/index.ts"), import("../../../hub/index.ts")]);
    return withInterrupt(async (signal) => {
      const isLocal = options.offline || isOffline(world.environment) || !/\/.*@/.test(what);
      const hub = isLocal ? undefined : hubPort(connectHub({ environment: world.environment, fetch: world.fetch, signal }));
      const trace = await traceArtifact(await fromLegacyPath(what, print), { outputDir: options.outputDir, releasesDirectory: await releasesDirectory(options), signal, ...(hub !== undefined && { hub }) });
      print.line(formatTrace(trace));
      return trace;
    });
  },
});
