import { defineCommand } from "../../command.ts";
import { formatBytes, formatNumber, formatPath } from "../../format.ts";
import { required, text } from "../../options.ts";
import { showMissing } from "./create.ts";
import { releaseOptions, releasesDirectory } from "./options.ts";

/** `tunesmith release show` */
export const releaseShow = defineCommand({
  name: "release show",
  summary: "Show a release: files, scores, what is missing, publications",
  arguments: { release: required(text("release", "version or folder")) },
  options: releaseOptions,
  examples: ["release show v1.2", "release show models/releases/v1.2 --json"],
  async run({ options, arguments: { release: wanted }, print }) {
    const { listPublications, requireRelease } = await import("../../../releases/index.ts");
    const folder = await releasesDirectory(options);
    const { directory, record } = requireRelease(wanted, folder);
    const publications = listPublications(folder).filter(({ version, release_digest }) => version === record.version && release_digest === record.digest);
    const { run, checkpoint, dataset, base_model: base, licence, evaluation } = record;
    const facts: readonly (readonly [string, string])[] = [
      ["folder", formatPath(directory)],
      ["digest", record.digest],
      ["created", record.created_at],
      ["run", `${run.id} ${run.name}`],
      ["checkpoint", `${checkpoint.id} ${checkpoint.name}`],
      ["config", record.config_digest],
      ["base model", base.id ?? base.path],
      ["dataset", dataset === null ? "not recorded" : `${dataset.name} ${dataset.version ?? "(no version)"} ${dataset.digest.slice(0, 16)}`],
      ["licence", licence.chosen ?? licence.conflict ?? "not stated"],
    ];
    print.line(print.paint.bold(print.visible(`${record.name} ${record.version}`)));
    for (const [name, value] of facts) print.line(`  ${name.padEnd(11)} ${print.visible(value)}`);
    if (evaluation !== null) {
      print.line(`\nEvaluation on ${evaluation.rows} rows of ${evaluation.split}`);
      print.table(["metric", "value", "95 % interval"], Object.entries(evaluation.metrics).map(([name, { value, low, high }]) => [print.visible(name), formatNumber(value), `${formatNumber(low)} to ${formatNumber(high)}`]));
    }
    print.line("\nFiles");
    print.table(["file", "size", "SHA-256"], record.files.map(({ path, size_bytes, sha256 }) => [print.visible(path), formatBytes(size_bytes), sha256.slice(0, 16)]));
    showMissing(record.missing, print);
    for (const { model_repository, endpoint, steps } of publications) {
      print.line(`\nPublished to ${model_repository} on ${endpoint}`);
      for (const { name, state, commit, reason } of steps) print.line(`  ${name.padEnd(12)} ${state}${commit === null ? "" : ` at ${commit.slice(0, 12)}`}${reason === null ? "" : `: ${reason}`}`);
    }
    return { directory, release: record, publications };
  },
});
