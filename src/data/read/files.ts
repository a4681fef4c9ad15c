// Which files a path stands for, how each is read, and which split its name says it is.
import { basename, extname, join } from "node:path";
import { z } from "zod";
import { exists, fileMissing, glance, isDirectory, isFile, readJson, scanDirectory } from "../../files/index.ts";
import { datasetUnreadable, fileKindUnknown } from "../errors.ts";
import { SPLIT_NAMES, type SplitName } from "../row.ts";
import { readArrow } from "./arrow.ts";
import { readConll } from "./conll.ts";
import { readDelimited } from "./delimited.ts";
import { fileMissingOrOnHub, filesNotFound } from "./errors.ts";
import { lookFirst } from "./first-bytes.ts";
import { readJsonLines, readJsonList } from "./json.ts";
import { readParquetApart } from "./parquet-apart.ts";
import type { RecordReader } from "./record.ts";

/** What a file name ends with, and how such a file is read. Of a directory with several kinds only the first is taken: the others say the same again, or describe it. */
const READERS: Readonly<Record<string, RecordReader>> = {
  ".parquet": lookFirst(readParquetApart, false),
  ".arrow": lookFirst(readArrow, false),
  ".feather": lookFirst(readArrow, false),
  ".jsonl": lookFirst(readJsonLines, true),
  ".ndjson": lookFirst(readJsonLines, true),
  ".json": lookFirst(readJsonList, true),
  ".csv": lookFirst((path, faults, onRead) => readDelimited(path, faults, undefined, onRead), true),
  ".tsv": lookFirst((path, faults, onRead) => readDelimited(path, faults, "\t", onRead), true),
  ".conll": lookFirst(readConll, true),
  ".bio": lookFirst(readConll, true),
  ".iob": lookFirst(readConll, true),
};

/** What names of files that hold rows end with. */
export const ROW_KINDS: readonly string[] = Object.keys(READERS);

/** Kinds whose files compress themselves. */
const BINARY_KINDS: readonly string[] = [".parquet", ".arrow", ".feather"];

/** Which of {@link ROW_KINDS} a name ends with; text may be compressed by gzip, and its name end in `.gz` after that. */
export function rowKindOf(name: string): string | undefined {
  const kind = extname(name).toLowerCase();
  if (kind !== ".gz") return Object.hasOwn(READERS, kind) ? kind : undefined;
  const inner = extname(name.slice(0, -kind.length)).toLowerCase();
  return Object.hasOwn(READERS, inner) && !BINARY_KINDS.includes(inner) ? inner : undefined;
}

/** How the rows of such a file are read. */
export function readerOf(name: string): RecordReader | undefined {
  const kind = rowKindOf(name);
  return kind === undefined ? undefined : READERS[kind];
}

/** What other tools call the splits. */
const SPLIT_ALIASES: Readonly<Record<string, SplitName>> = { train: "train", training: "train", validation: "validation", val: "validation", valid: "validation", dev: "validation", eval: "validation", test: "test", testing: "test" };

/** Files of a dataset directory that hold no rows. */
const DESCRIPTIONS = new Set(["dataset_infos.json", "dataset_info.json", "dataset_dict.json", "dataset.json", "state.json", "dropped.jsonl", "metadata.json", "config.json"]);

/** Whether a file of a dataset describes it, and holds no rows. */
export function isDescription(name: string): boolean {
  return DESCRIPTIONS.has(basename(name));
}

export interface SourceFile {
  readonly path: string;
  /** Below the directory that was named; the path itself for a single file. */
  readonly name: string;
  readonly read: RecordReader;
  readonly split?: SplitName;
}

const dictSchema = z.object({ splits: z.array(z.string()) });
const stateSchema = z.object({ _data_files: z.array(z.object({ filename: z.string() })) });

/**
 * The files of a path: a single file; a directory that Python's `datasets` saved; else all files of one kind below it. Train comes first, test last.
 * @throws `files.missing`, `data.file_kind_unknown`, `data.dataset_unreadable`
 */
export function findFiles(path: string): readonly SourceFile[] {
  if (!exists(path)) throw looksLikeHubId(path) ? fileMissingOrOnHub(path) : fileMissing(path);
  if (isFile(path)) {
    const read = readerOf(path);
    if (read === undefined) throw fileKindUnknown(path, Object.keys(READERS));
    return [{ path, name: path, read }];
  }
  if (!isDirectory(path)) throw fileKindUnknown(path, Object.keys(READERS));
  const found = exists(join(path, "dataset_dict.json")) ? savedSplits(path) : exists(join(path, "state.json")) ? savedFiles(path, "", undefined) : filesBelow(path);
  if (found.length === 0) throw filesNotFound(path, ROW_KINDS);
  const place = ({ split }: SourceFile): number => (split === undefined ? SPLIT_NAMES.length : SPLIT_NAMES.indexOf(split));
  return found.toSorted((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}

/** `owner/name`, and not the name of a file of rows. */
function looksLikeHubId(path: string): boolean {
  return /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(path) && rowKindOf(path) === undefined;
}

/** The split that a name speaks of: `train-00000-of-00003.parquet`, `dev.jsonl`, `validation/data.csv`; undefined when none. */
export function splitOfName(name: string): SplitName | undefined {
  const words = name.toLowerCase().replaceAll("\\", "/").split("/").toReversed();
  for (const part of words) {
    const word = part.split(/[^a-z]+/).find((one) => Object.hasOwn(SPLIT_ALIASES, one));
    if (word !== undefined) return SPLIT_ALIASES[word];
  }
  return undefined;
}

/** @throws `data.dataset_unreadable` */
function savedSplits(path: string): readonly SourceFile[] {
  const dict = dictSchema.safeParse(readJson(join(path, "dataset_dict.json")));
  if (!dict.success) throw datasetUnreadable(path, "dataset_dict.json has no list of splits");
  return dict.data.splits.flatMap((name) => {
    if (basename(name) !== name || name.startsWith(".")) throw datasetUnreadable(path, `dataset_dict.json names a split ${JSON.stringify(name)} that is no folder name`);
    return savedFiles(path, name, splitOfName(name));
  });
}

function savedFiles(root: string, folder: string, split: SplitName | undefined): readonly SourceFile[] {
  const directory = join(root, folder);
  const statePath = join(directory, "state.json");
  if (!exists(statePath)) throw datasetUnreadable(root, `its split ${folder} has no state.json`);
  const state = stateSchema.safeParse(readJson(statePath));
  if (!state.success) throw datasetUnreadable(root, `${join(folder, "state.json")} has no list of files`);
  return state.data._data_files.map(({ filename }) => {
    if (basename(filename) !== filename || filename === "..") throw datasetUnreadable(root, `${join(folder, "state.json")} names ${JSON.stringify(filename)}, which lies elsewhere`);
    return { path: join(directory, filename), name: join(folder, filename), read: readArrow, ...(split !== undefined && { split }) };
  });
}

/** A directory deeper than this is no dataset. */
const DEEPEST = 8;

/** Files of rows below a directory that are not among these: they are of another kind. */
export function findOtherFiles(path: string, taken: readonly SourceFile[]): readonly string[] {
  if (exists(join(path, "dataset_dict.json")) || exists(join(path, "state.json"))) return [];
  const names = new Set(taken.map(({ name }) => name));
  return namesBelow(path, "", DEEPEST).filter((name) => !names.has(name) && !DESCRIPTIONS.has(basename(name)) && rowKindOf(name) !== undefined);
}

function filesBelow(path: string): readonly SourceFile[] {
  const names = namesBelow(path, "", DEEPEST).filter((name) => !DESCRIPTIONS.has(basename(name)));
  const kind = Object.keys(READERS).find((extension) => names.some((name) => rowKindOf(name) === extension));
  if (kind === undefined) return [];
  return names.filter((name) => rowKindOf(name) === kind).map((name) => {
    const split = splitOfName(name);
    return { path: join(path, name), name, read: READERS[kind]!, ...(split !== undefined && { split }) };
  });
}

/** Files below a directory, links to files too (a Hub snapshot is made of them); links to directories and hidden names are left out. */
function namesBelow(root: string, below: string, depth: number): readonly string[] {
  const entries = scanDirectory(join(root, below));
  if ("refused" in entries) throw datasetUnreadable(root, `${below === "" ? "it" : below} cannot be listed (${entries.refused})`);
  return entries.filter(({ name }) => !name.startsWith(".")).flatMap(({ name, kind }) => {
    const place = below === "" ? name : `${below}/${name}`;
    if (kind === "directory") return depth === 0 ? [] : namesBelow(root, place, depth - 1);
    if (kind === "file") return [place];
    return kind === "link" && glance(join(root, place))?.isDirectory === false && isFile(join(root, place)) ? [place] : [];
  });
}
