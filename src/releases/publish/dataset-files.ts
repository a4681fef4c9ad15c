// The files of a dataset version as they are published: Parquet for every reader, CSV as seed 001 had it, the Arrow directory where it is wanted.
import { join } from "node:path";
import { exportDataset, openDataset, SPLIT_NAMES, type OpenDataset, type Row, type SplitName } from "../../data/index.ts";
import { TunesmithError } from "../../errors.ts";
import { sha256File, statFile, walk } from "../../files/index.ts";
import type { DatasetRecord, ReleasedDataset } from "../../records/index.ts";
import { renderDatasetCard } from "../card/dataset-card.ts";
import { datasetNotPublishable } from "../errors.ts";
import { textFile, type PublishedFile } from "./planned-file.ts";
import { ROW_COLUMNS, writeParquet, type RowColumn } from "./parquet.ts";

export interface DatasetWish {
  /** Where the rows lie. */
  readonly path: string;
  /** What the release says of them: the rows must still be these. */
  readonly released: ReleasedDataset;
  /** `owner/name`. */
  readonly id: string;
  readonly tag: string | null;
  /** Also the directory that `datasets.load_from_disk` reads, below `arrow/`. */
  readonly arrow: boolean;
  readonly licence: string | null;
}

export interface DatasetFiles {
  /** The rows: what a version is compared by. */
  readonly rows: readonly PublishedFile[];
  /** Card and record. */
  readonly about: readonly PublishedFile[];
  /** What could not be written, and why. */
  readonly notes: readonly string[];
}

/** Reads every row, checks that they are those of the release, and writes them into `scratch`. @throws `releases.dataset_not_publishable`, `data.dataset_changed` */
export function writeDatasetFiles(wish: DatasetWish, scratch: string): DatasetFiles {
  const dataset = openDataset(wish.path);
  const used = new Set<RowColumn>(["id", "instruction", "input", "output"]);
  const checked = dataset.check((_split, row) => {
    for (const name of ROW_COLUMNS) if (row[name] !== undefined) used.add(name);
  });
  if (checked.digest !== wish.released.digest) {
    throw datasetNotPublishable(wish.released.name, `${wish.path} holds other rows now, ${checked.digest.slice(0, 16)} against ${wish.released.digest.slice(0, 16)}`, "Name the directory that has them with --dataset-path.");
  }
  const record: DatasetRecord = { ...checked, version: wish.released.version };
  const columns = ROW_COLUMNS.filter((name) => used.has(name));
  const parquet = SPLIT_NAMES.filter((split) => record.splits[split].rows > 0).map((split) => writeSplit(dataset, split, columns, scratch));
  const { files: csv, labelNames, notes } = writeCsv(dataset, scratch);
  const arrow = wish.arrow ? [...walk(wish.path)].filter(isArrowPart).map((path) => publishedFile(`arrow/${path.replaceAll("\\", "/")}`, join(wish.path, path))) : [];
  const card = renderDatasetCard({ record, id: wish.id, tag: wish.tag, licence: wish.licence, languages: wish.released.languages, labelNames, others: [...csv.map(({ path }) => path), ...(arrow.length > 0 ? ["arrow/"] : [])] });
  return { rows: [...parquet, ...csv, ...arrow], about: [textFile("README.md", card), textFile("dataset.json", `${JSON.stringify(record, null, 2)}\n`)], notes };
}

function writeSplit(dataset: OpenDataset, split: SplitName, columns: readonly RowColumn[], scratch: string): PublishedFile {
  const name = `${split}-00000-of-00001.parquet`;
  writeParquet(join(scratch, name), columns, dataset.rows(split) satisfies Iterable<Row>);
  return publishedFile(`data/${name}`, join(scratch, name));
}

/** Conversations and entities have no place in a table. */
function writeCsv(dataset: OpenDataset, scratch: string): { readonly files: readonly PublishedFile[]; readonly labelNames: readonly string[]; readonly notes: readonly string[] } {
  try {
    const { files, labelNames } = exportDataset(dataset, { format: "csv", outputDir: scratch });
    return { files: files.map(({ split, path }) => publishedFile(`${split}.csv`, path)), labelNames, notes: [] };
  } catch (thrown) {
    if (thrown instanceof TunesmithError && thrown.code === "data.export_impossible") return { files: [], labelNames: [], notes: [`no CSV files: ${thrown.message}`] };
    throw thrown;
  }
}

/** What `save_to_disk` writes; a card, its plots and the notes of uses are no part of it. */
function isArrowPart(path: string): boolean {
  return /(^|[\\/])(dataset_dict\.json|dataset_info\.json|state\.json|[^\\/]+\.arrow)$/.test(path);
}

function publishedFile(path: string, file: string): PublishedFile {
  return { path, source: { file }, sizeBytes: statFile(file).sizeBytes, sha256: sha256File(file) };
}
