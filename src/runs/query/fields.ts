// The fields a filter, a sort key and an exported column can name, and how a run and a line of the history fill them.
import type { HistoryEntry, RunRecord } from "../../records/index.ts";
import { filterInvalid, sortKeyUnknown } from "../errors.ts";
import { listText, type Cell } from "./columns.ts";
import { parseTime, timestampMs } from "./dates.ts";
import { nearestName } from "./nearest.ts";
import type { ParsedFilter } from "./parse-filter.ts";

export type FieldKind = "time" | "version" | "plain";

/** Fields every run may have. The rest are `config.<path>`, `metrics.<name>` and `metadata.<path>`. */
export const RUN_FIELDS = [
  "version", "name", "id", "directory", "tag", "model", "phase", "status", "scheme", "started", "ended", "step", "base_model",
  "dataset", "dataset_digest", "config_digest", "commit", "host", "parent", "tags", "notes", "archived", "error",
] as const;
const OPEN_FIELDS = ["config.", "metrics.", "metadata."] as const;
const TIMES: ReadonlySet<string> = new Set(["started", "ended", "archived"]);

export function fieldKind(field: string): FieldKind {
  return TIMES.has(field) ? "time" : field === "version" ? "version" : "plain";
}

/** @throws `runs.filter_invalid` at a field that no run can have, or that none has, with the nearest one */
export function requireFields({ source, fields }: ParsedFilter, known: ReadonlySet<string>): void {
  for (const { field, column } of fields) {
    if (isKnown(field, known)) continue;
    const nearest = nearestField(field, known);
    throw filterInvalid(source, column, `no run has a field ${field}`, nearest === undefined ? `Use ${RUN_FIELDS.slice(0, 8).join(", ")}, config.<name> or metrics.<name>.` : `Did you mean ${nearest}?`);
  }
}

/** @throws `runs.filter_invalid` at a value that is no date where one is needed */
export function requireTimes({ source, fields }: ParsedFilter, now: Date): void {
  for (const { field, values } of fields) {
    if (fieldKind(field) !== "time") continue;
    for (const { text, column } of values) {
      if (parseTime(text, now) === undefined) throw filterInvalid(source, column, `\`${text}\` is no date`, "Write 2026-01-05, 2026-01-05T10:30, or how long ago: 7d, 12h, 2w.");
    }
  }
}

/** @throws `runs.sort_key_unknown` */
export function requireSortKey(key: string, known: ReadonlySet<string>): void {
  if (!isKnown(key, known)) throw sortKeyUnknown(key, nearestField(key, known));
}

/** Where there are no runs at all, any open field passes: nobody can have misspelled it. */
function isKnown(field: string, known: ReadonlySet<string>): boolean {
  if ((RUN_FIELDS as readonly string[]).includes(field) || known.has(field)) return true;
  return known.size === 0 && OPEN_FIELDS.some((prefix) => field.startsWith(prefix));
}

function nearestField(field: string, known: ReadonlySet<string>): string | undefined {
  return nearestName(field, [...RUN_FIELDS, ...known]);
}

/** The fields of a run's record. */
export function cellsOfRun(directory: string, record: RunRecord): Map<string, Cell> {
  const { dataset, base_model, git, host, error } = record;
  const cells = new Map<string, Cell>();
  put(cells, {
    version: record.version, name: record.name, id: record.id, directory, tag: record.tag, model: record.model, phase: record.phase,
    status: record.status, scheme: record.scheme, started: timestampMs(record.started_at), ended: record.ended_at === null ? null : timestampMs(record.ended_at),
    step: record.last_step, base_model: base_model?.path ?? null, dataset: dataset?.name ?? null, dataset_digest: dataset?.digest ?? null,
    config_digest: record.config_digest, commit: git?.commit ?? null, host: host.hostname, parent: optionalText(record, "parent"), notes: record.notes, error: error?.code ?? null,
  });
  if (typeof record.archived_at === "string") put(cells, { archived: timestampMs(record.archived_at) });
  put(cells, { "config.base_model": base_model?.path ?? record.model, "config.train_size": dataset?.counts["train"], "config.test_size": dataset?.counts["test"], "config.num_epochs": record.config["epochs"] });
  flatten(cells, "tags", record.tags);
  flatten(cells, "config", record.config);
  flatten(cells, "metrics", record.metrics);
  return cells;
}

/** The fields of a line of the history: of its own, or beside those of its run. */
export function cellsOfEntry(entry: HistoryEntry): Map<string, Cell> {
  const { config, metadata, metrics } = entry;
  const text = (...names: readonly string[]): unknown => names.map((name) => metadata[name]).find((value) => typeof value === "string" && value !== "");
  const cells = new Map<string, Cell>();
  put(cells, {
    version: entry.version, name: text("run", "run_name"), id: text("run_id"), tag: text("tag", "experiment_tag"), phase: text("phase"), status: text("status") ?? "finished", ended: timestampMs(entry.timestamp),
    model: config["base_model"], base_model: config["base_model"], dataset: text("dataset", "training_dataset_repo", "dataset_repo", "dataset_version"), dataset_digest: text("dataset_digest"),
    config_digest: text("config_digest"), commit: text("git_commit"), parent: text("parent"), notes: text("notes"),
  });
  flatten(cells, "tags", Array.isArray(metadata["tags"]) ? metadata["tags"] : []);
  flatten(cells, "config", config);
  const { overall, ...groups } = metrics;
  flatten(cells, "metrics", groups);
  flatten(cells, "metrics", overall ?? {});
  flatten(cells, "metadata", Object.fromEntries(Object.entries(metadata).filter(([name]) => !OWN_METADATA.has(name))));
  return cells;
}

/** Members that are fields of their own, or of no use in a filter. */
const OWN_METADATA: ReadonlySet<string> = new Set(["run_id", "run", "status", "phase", "tag", "tags", "notes", "config_digest", "dataset_digest", "git_commit", "measured_on", "artifacts", "error", "base_model_digest"]);

function optionalText(record: RunRecord, name: string): string | null {
  const value = (record as unknown as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : null;
}

function put(cells: Map<string, Cell>, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "string" ? value !== "" : typeof value === "number" && Number.isFinite(value)) cells.set(name, value as Cell);
  }
}

const DEEPEST = 6;
const LONGEST_TEXT = 2000;

/** Nested objects become dotted names, lists of plain values one list text, truth values `true` and `false`; empty and null values are left out. */
export function flatten(cells: Map<string, Cell>, name: string, value: unknown, depth = 0): void {
  if (typeof value === "number") {
    if (Number.isFinite(value)) cells.set(name, value);
  } else if (typeof value === "string") {
    if (value !== "") cells.set(name, value.slice(0, LONGEST_TEXT));
  } else if (typeof value === "boolean") cells.set(name, String(value));
  else if (Array.isArray(value)) {
    const members = value.map((member) => (member !== null && typeof member === "object" ? JSON.stringify(member) : String(member)));
    const text = listText(members);
    if (text !== undefined) cells.set(name, text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}${text[0]}` : text);
  } else if (value !== null && typeof value === "object" && depth < DEEPEST) {
    for (const [key, member] of Object.entries(value)) flatten(cells, `${name}.${key}`, member, depth + 1);
  }
}
