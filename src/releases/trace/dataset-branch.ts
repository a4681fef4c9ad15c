import { openDataset } from "../../data/index.ts";
import { leaf } from "./node.ts";
import type { Branch } from "./origin.ts";

/** A dataset folder, as its record has it; no row is read. */
export function datasetBranch(path: string): Branch {
  const record = openDataset(path).declared();
  if (record === undefined) return { node: leaf("dataset", path, null, { place: path }), missing: [{ what: "record of the dataset", reason: `${path} has no dataset.json` }] };
  const { name, version, digest, splits, sources, parent } = record;
  const raw = sources.map((source) => leaf("raw data", source.path, source.digest, { note: `${source.rows} rows` }));
  const before = parent === null ? [] : [leaf("dataset", `${parent.name}${parent.version === null ? "" : ` ${parent.version}`}`, parent.digest)];
  const note = Object.entries(splits).map(([split, { rows }]) => `${split} ${rows}`).join(", ");
  const missing = [
    ...(version === null ? [{ what: "dataset version", reason: "its content was given none" }] : []),
    ...(sources.length === 0 ? [{ what: "sources of the dataset", reason: "its record names none" }] : []),
  ];
  return { node: leaf("dataset", `${name}${version === null ? "" : ` ${version}`}`, digest, { place: path, note, from: [...before, ...raw] }), missing };
}
