// The data a run was trained on, as its record tells it now: only while its content is still that of the training.
import { dirname, join, resolve } from "node:path";
import { listDatasetVersions, openDataset } from "../../data/index.ts";
import type { DatasetRecord, MissingPart, ReleasedDataset, RunRecord } from "../../records/index.ts";
import { findArtifact } from "../../runs/index.ts";
import { readCardHead } from "../card/read-head.ts";
import { lacking, type Part } from "./part.ts";
import { suggest, type SourceRun } from "./source-run.ts";

/** No row is read: the digest in dataset.json counts here, the rows are checked when they are published. */
export function datasetPart({ record, directory }: Pick<SourceRun, "record" | "directory">): Part<ReleasedDataset | null> {
  const { dataset } = record;
  if (dataset === null) return lacking(null, "dataset", "the run names none", null);
  const bare = withoutRecord(dataset);
  if (dataset.digest === null) return { files: [], missing: [{ what: "dataset digest", reason: "the run recorded none", command: null }], facts: null };
  const place = findArtifact(dataset.path, directory);
  const declared = place === undefined ? undefined : readDeclared(place);
  const version = declared?.version ?? listDatasetVersions(dirname(resolve(place ?? dataset.path))).find((one) => one.digest === dataset.digest)?.version ?? null;
  if (place === undefined) return lacking({ ...bare, version }, "record of the dataset", `${dataset.path} is gone`, null);
  if (declared === undefined) return lacking({ ...bare, version }, "record of the dataset", `${dataset.path} has no dataset.json that can be used`, suggest("data", "prepare", "--help"));
  if (declared.digest !== dataset.digest) {
    return lacking(bare, "dataset", `${dataset.path} holds other rows now, ${declared.digest.slice(0, 16)} against ${dataset.digest.slice(0, 16)}`, null);
  }
  const head = readCardHead(join(place, "README.md"));
  const missing: readonly MissingPart[] = [
    ...(version === null ? [{ what: "dataset version", reason: "its content was given none", command: suggest("data", "version", dataset.path) }] : []),
    ...(declared.sources.length === 0 ? [{ what: "sources of the dataset", reason: "its record names none", command: null }] : []),
  ];
  return { files: [], missing, facts: describe(declared, dataset, version, head) };
}

function readDeclared(path: string): DatasetRecord | undefined {
  try {
    return openDataset(path).declared();
  } catch {
    return undefined;
  }
}

function withoutRecord({ name, digest, path, counts }: NonNullable<RunRecord["dataset"]>): ReleasedDataset {
  return { name, version: null, digest: digest ?? "", path, rows: counts, sampled: null, split_method: null, licence: null, languages: [], parent: null, sources: [] };
}

function describe(record: DatasetRecord, { path }: { readonly path: string }, version: string | null, head: Readonly<Record<string, unknown>>): ReleasedDataset {
  const { train, validation, test } = record.splits;
  const languages = [head["language"]].flat().filter((code) => typeof code === "string");
  return {
    name: record.name,
    version,
    digest: record.digest,
    path,
    rows: { train: train.rows, validation: validation.rows, test: test.rows },
    sampled: record.sampling.at(-1)?.rows_after ?? null,
    split_method: record.split.method,
    licence: typeof head["license"] === "string" ? head["license"] : null,
    languages,
    parent: record.parent,
    sources: record.sources.map(({ kind, path: source, digest, rows, hub }) => ({ kind, path: source, digest, rows, ...(hub !== undefined && { hub }) })),
  };
}
