// A source of rows: one file, or a directory of files. Rows stream; nothing but the ids that rows brought along is held.
import { digestJson, isFile, sha256File, statFile } from "../../files/index.ts";
import type { DatasetSource } from "../../records/index.ts";
import { columnsUnknown, fileEmpty, fileInvalid } from "../errors.ts";
import { SPLIT_NAMES, type Row, type SplitName } from "../row.ts";
import { createFaults, type Faults } from "./faults.ts";
import { columnMissing, fieldUnknown } from "./errors.ts";
import { COLUMN_SETS, FIELDS, mapRecord, unreadColumns, type FieldMapping, type MappedRecord } from "./fields.ts";
import { findFiles, findOtherFiles, type SourceFile } from "./files.ts";
import { sourceFilesOf, type HubRows } from "./hub/rows.ts";
import { findLabelNames } from "./label-names.ts";
import type { OnRead } from "./record.ts";
import { findSavedFeatures } from "./saved-features.ts";

/** A row with its number in the source, counted from 1 through all files. */
export interface SourceRow {
  readonly number: number;
  readonly row: Row;
  /** Read from a column `text` alone: there is no instruction, and none is missing. */
  readonly plainText: boolean;
  /** The split that the name of its file speaks of. */
  readonly split?: SplitName;
}

export interface SourceOptions {
  readonly mapping?: FieldMapping;
  /** Read only files of this split. Default: all. */
  readonly split?: SplitName;
}

export interface Source {
  readonly files: readonly SourceFile[];
  /**
   * Streams the rows in the order of the files; a row without an id is called `row-<number>`. All faults are reported together, at the end.
   * @throws `data.file_empty`, `data.columns_unknown`, `data.column_missing`, `data.file_invalid`, `files.unreadable`
   */
  rows(onRead?: OnRead): AsyncGenerator<SourceRow>;
  /** Of all files. */
  readonly sizeBytes: number;
  /** What was read, once `rows` has ended. */
  describe(): DatasetSource;
}

/** Opens a file or directory of rows; labels that are numbers get the names that Python's `datasets` saved with them. @throws `files.missing`, `data.file_kind_unknown`, `data.dataset_unreadable`, `data.field_unknown` */
export function openSource(path: string, { mapping = {}, split }: SourceOptions = {}): Source {
  requireFields(mapping);
  const all = findFiles(path);
  const files = split === undefined ? all : all.filter((file) => file.split === split);
  const isSingle = all.length === 1 && all[0]!.name === path;
  return isSingle ? openFiles(path, files, mapping, { kind: "file" }) : openFiles(path, files, nameLabels(mapping, findSavedFeatures(path)), { kind: "directory", others: findOtherFiles(path, all) });
}

/** Opens files of a dataset on the Hub; labels that are numbers get their names from its features. @throws `data.field_unknown` */
export function openHubRows(hub: HubRows, mapping: FieldMapping = {}): Source {
  requireFields(mapping);
  const { id, commit, config, splits, rows } = hub;
  return openFiles(id, sourceFilesOf(hub), nameLabels(mapping, hub.features), { kind: "hub", hub: { commit, config, splits: [...splits], ...(rows !== undefined && { card_rows: rows }) } });
}

interface Origin extends Pick<DatasetSource, "kind" | "hub"> {
  /** Files beside those that are read. */
  readonly others?: readonly string[];
}

function openFiles(path: string, files: readonly SourceFile[], mapping: FieldMapping, { kind, hub, others = [] }: Origin): Source {
  const isSingle = kind === "file";
  const columns = new Set<string>();
  const unread = new Set<string>();
  const declared: Partial<Record<SplitName, number>> = {};
  let count = 0;

  async function* rows(onRead?: OnRead): AsyncGenerator<SourceRow> {
    const faults = createFaults();
    const ids = new Map<string, number>();
    let unknown: Extract<MappedRecord, { kind: "unknown_columns" }> | undefined;
    columns.clear();
    unread.clear();
    for (const name of SPLIT_NAMES) delete declared[name];
    count = 0;
    let number = 0;
    for (const file of files) {
      const inFile = isSingle ? faults : faultsOf(file, faults);
      const before = number;
      for await (const { place, value } of file.read(file.path, inFile, onRead)) {
        number = before + place.row;
        const mapped = mapRecord(value, mapping);
        if (mapped.kind === "fault") inFile.add(place, mapped.fault);
        else if (mapped.kind === "unknown_columns") {
          unknown ??= mapped;
          inFile.add(place, sayColumns(mapped.found, mapped.missing));
        } else {
          const id = mapped.fields.id ?? `row-${number}`;
          const taken = mapped.fields.id === undefined ? undefined : ids.get(id);
          if (taken !== undefined && isSingle) inFile.add(place, `its id ${id} is that of row ${taken} as well`);
          else {
            if (mapped.fields.id !== undefined && taken === undefined) ids.set(id, number);
            if (!columns.has(mapped.columns)) for (const column of unreadColumns(value, mapped.columns, mapping)) unread.add(column);
            columns.add(mapped.columns);
            count += 1;
            if (file.split !== undefined) declared[file.split] = (declared[file.split] ?? 0) + 1;
            yield { number, row: { ...mapped.fields, id: taken === undefined ? id : `row-${number}` }, plainText: mapped.columns === "text", ...(file.split !== undefined && { split: file.split }) };
          }
        }
      }
    }
    if (unknown?.wanted !== undefined && count === 0) throw columnMissing(path, unknown.wanted.field, unknown.wanted.column, unknown.found);
    if (unknown !== undefined && count === 0) throw columnsUnknown(path, unknown.found, COLUMN_SETS);
    if (faults.total > 0) throw fileInvalid(path, faults);
    if (count === 0) throw fileEmpty(path);
  }

  return {
    files,
    rows,
    sizeBytes: files.reduce((sum, { path: of }) => sum + (isFile(of) ? statFile(of).sizeBytes : 0), 0),
    describe: () => ({
      kind,
      path,
      ...(hub !== undefined && { hub }),
      digest: isSingle ? sha256File(path) : digestJson(files.map((file) => [file.name, sha256File(file.path)])),
      rows: count,
      columns: [...columns].sort(),
      ...(Object.keys(declared).length > 0 && { splits: { ...declared } }),
      ...(unread.size > 0 && { unread: [...unread] }),
      ...(others.length > 0 && { passed_over: [...others] }),
      ...(mapping.columns !== undefined && Object.keys(mapping.columns).length > 0 && { mapping: { ...mapping.columns } }),
    }),
  };
}

function nameLabels(mapping: FieldMapping, features: unknown): FieldMapping {
  const labelNames = mapping.labelNames ?? findLabelNames(features, mapping);
  return labelNames === undefined ? mapping : { ...mapping, labelNames };
}

function requireFields({ columns = {} }: FieldMapping): void {
  const stranger = Object.keys(columns).find((field) => !FIELDS.includes(field));
  if (stranger !== undefined) throw fieldUnknown(stranger, FIELDS);
}

/** Faults of one file of several, each with the file's name. */
function faultsOf({ name }: SourceFile, faults: Faults): Faults {
  return { get total() { return faults.total; }, get shown() { return faults.shown; }, add: (place, what) => faults.add({ ...place, file: name }, what) };
}

function sayColumns(found: readonly string[], missing: readonly string[]): string {
  const names = found.join(", ") || "none";
  return missing.length > 0 ? `${missing.join(", ")} is missing, its columns are ${names}` : `its columns are ${names}, which is none of the accepted sets`;
}
