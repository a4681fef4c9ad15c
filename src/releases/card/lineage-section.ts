import type { ReleaseRecord } from "../../records/index.ts";
import type { CardPlace } from "./card-place.ts";
import { cell, code, section, table } from "./markdown.ts";

/** From the release back to the raw files, each with its digest. */
export function lineageSection(record: ReleaseRecord, { dataset: published }: CardPlace): string {
  const { run, checkpoint, config_digest, dataset, base_model: base, evaluation, gguf } = record;
  const rows: readonly (readonly [string, string, string | null])[] = [
    ["release", `${cell(record.name)} ${record.version}`, record.digest],
    ...gguf.map(({ path, sha256 }) => ["quantized", code(path), sha256] as const),
    ["checkpoint", code(checkpoint.id), checkpoint.weights_digest],
    ["run", `${code(run.id)} ${cell(run.name)}${run.git_commit === null ? "" : `, commit ${code(run.git_commit.slice(0, 12))}`}`, null],
    ["configuration", `tunesmith ${record.package_version}`, config_digest],
    ["base model", base.id === null ? code(base.path.split(/[\\/]/).at(-1) ?? base.path) : cell(base.id), base.digest],
    ...(dataset === null ? [] : [["dataset", `${cell(dataset.name)} ${dataset.version ?? ""}${published === undefined ? "" : ` at ${published.id}@${published.commit.slice(0, 12)}`}`, dataset.digest] as const]),
    ...(dataset?.sources ?? []).map(({ path, digest }) => ["raw data", code(path.split(/[\\/]/).at(-1) ?? path), digest] as const),
    ...(evaluation === null ? [] : [["evaluation", `${evaluation.rows} rows of ${evaluation.split}`, evaluation.evaluation_digest] as const]),
  ];
  return section("Lineage", table(["", "", "SHA-256"], rows.map(([what, name, digest]) => [what, name, digest === null ? "" : code(digest)])), `${code("tunesmith release trace")} prints the same from any of these files.`);
}
