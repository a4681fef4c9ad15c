import { countOf } from "../plural.ts";
import { TunesmithError } from "../errors.ts";
import { SHOWN_FAULTS } from "./read/faults.ts";

export function chatTemplateMissing(): TunesmithError {
  return new TunesmithError({
    code: "data.chat_template_missing",
    message: "Cannot render a chat prompt: the tokenizer has no chat template, the prompt format chat needs one",
    hint: "Use the prompt format alpaca, or name a model whose tokenizer_config.json has a chat_template.",
  });
}

export function chatTemplateUnusable(reason: string, cause?: unknown): TunesmithError {
  return new TunesmithError({
    code: "data.chat_template_unusable",
    message: `Cannot render a chat prompt with the model's template: ${reason}`,
    hint: "Use the prompt format alpaca or instruction.",
    cause,
  });
}

/** A row whose answer, with its end token, is longer than the limit. */
export interface TooLongAnswer {
  readonly id: string;
  readonly answerTokens: number;
  /** 1-based place in its split. */
  readonly rowNumber?: number;
}

export function answerTooLong(rows: readonly TooLongAnswer[], rowCount: number, maxLength: number): TunesmithError {
  const shown = rows.slice(0, SHOWN_FAULTS).map((row) => `${row.rowNumber === undefined ? "" : `row ${row.rowNumber}, `}id ${row.id}: ${countOf(row.answerTokens, "token")}`);
  const more = rows.length > SHOWN_FAULTS ? [`… and ${rows.length - SHOWN_FAULTS} more`] : [];
  const longest = rows.reduce((most, row) => Math.max(most, row.answerTokens), 0);
  return new TunesmithError({
    code: "data.answer_too_long",
    message: `Cannot encode ${rows.length} of ${countOf(rowCount, "row")}: the answer alone is longer than the limit of ${maxLength} tokens\n  ${[...shown, ...more].join("\n  ")}`,
    hint: `Raise --max-seq-length above ${longest}, or shorten or remove those rows.`,
    details: { max_length: maxLength, total: rows.length, rows: rows.slice(0, SHOWN_FAULTS) },
  });
}

export function specialTokensInRow(id: string, field: string): TunesmithError {
  return new TunesmithError({
    code: "data.special_tokens",
    message: `Cannot encode row ${id} as chat: its ${field} spells out a special token of the model`,
    hint: "Remove that token from the text, or use the prompt format alpaca, which reads it as plain text.",
    details: { id, field },
  });
}

export function datasetMissing(path: string): TunesmithError {
  return new TunesmithError({
    code: "data.dataset_missing",
    message: `Cannot load the dataset ${path}: there is no such directory`,
    hint: "Run `tunesmith data prepare` first, or check the path.",
  });
}

export function datasetUnreadable(path: string, reason: string, cause?: unknown): TunesmithError {
  return new TunesmithError({
    code: "data.dataset_unreadable",
    message: `Cannot load the dataset ${path}: ${reason}`,
    hint: "Prepare it again with `tunesmith data prepare`, or save it with datasets.DatasetDict.save_to_disk.",
    cause,
  });
}

export function datasetChanged(path: string, recorded: string, found: string): TunesmithError {
  return new TunesmithError({
    code: "data.dataset_changed",
    message: `Cannot load the dataset ${path}: its rows have the digest ${found.slice(0, 12)}, dataset.json says ${recorded.slice(0, 12)}`,
    hint: "Prepare it again; files of a prepared dataset are not edited by hand.",
    details: { recorded, found },
  });
}

/** The column sets that would have been accepted. */
interface AcceptedColumns {
  readonly needs: readonly string[];
  readonly optional: readonly string[];
}

export function columnsUnknown(path: string, found: readonly string[], accepted: readonly AcceptedColumns[]): TunesmithError {
  const sets = accepted.map(({ needs, optional }) => `  ${[...needs, ...optional.map((name) => `[${name}]`)].join(", ")}`);
  return new TunesmithError({
    code: "data.columns_unknown",
    message: `Cannot read ${path}: its columns are ${found.join(", ") || "none"}, needed is one of these sets\n${sets.join("\n")}`,
    hint: "Rename the columns to one of these sets; those in brackets may be left out.",
    details: { found, accepted: accepted.map(({ needs }) => needs) },
  });
}

export function fileInvalid(path: string, faults: { readonly total: number; readonly shown: readonly string[] }): TunesmithError {
  const more = faults.total > faults.shown.length ? [`… and ${faults.total - faults.shown.length} more`] : [];
  return new TunesmithError({
    code: "data.file_invalid",
    message: `Cannot read ${path}: ${countOf(faults.total, "fault")}\n  ${[...faults.shown, ...more].join("\n  ")}`,
    hint: "Correct these rows; nothing was written.",
    details: { total: faults.total, faults: faults.shown },
  });
}

export function fileKindUnknown(path: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.file_kind_unknown",
    message: `Cannot read ${path}: it is not a file ending in one of ${known.join(", ")}`,
    hint: "Convert the file to one of these, or rename it to what it holds.",
  });
}

export function fileEmpty(path: string): TunesmithError {
  return new TunesmithError({
    code: "data.file_empty",
    message: `Cannot read ${path}: it holds 0 rows, needed is at least 1`,
    hint: "Check that this is the right file.",
  });
}

export function fractionsInvalid(fractions: Readonly<Record<string, number>>, sum: number): TunesmithError {
  const parts = Object.entries(fractions).map(([name, part]) => `${name} ${part}`);
  return new TunesmithError({
    code: "data.fractions_invalid",
    message: `Cannot split: ${parts.join(", ")} add up to ${Number(sum.toFixed(6))}, needed is 1 with train above 0 and none below 0`,
    hint: "Correct --train-split, --val-split and --test-split.",
    exitCode: 2,
  });
}

/** @param why what joins the largest group, and what to do about it */
export function tooFewGroups(groups: number, wanted: readonly string[], rows: number, largest: number, why?: { readonly joined: string; readonly advice: string }): TunesmithError {
  return new TunesmithError({
    code: "data.too_few_groups",
    message: `Cannot split ${countOf(rows, "row")} into ${wanted.join(", ")}: ${groups < rows ? `those that belong together make ${countOf(groups, "independent group")} (the largest has ${countOf(largest, "row")}${why === undefined ? "" : `: ${why.joined}`}), ` : ""}at least ${wanted.length} ${groups < rows ? "groups" : "rows"} are needed`,
    hint: `Add rows that share no group, input or answer with these, or set the share of a split to 0${why === undefined ? "" : `; ${why.advice}`}.`,
    details: { rows, groups, largest_group: largest },
  });
}

interface LeakedRows {
  readonly kind: string;
  readonly count: number;
  /** Of the first leaks. */
  readonly rows: readonly (readonly { readonly split: string; readonly id: string }[])[];
}

export function leaksFound(leaks: readonly LeakedRows[]): TunesmithError {
  const total = leaks.reduce((sum, { count }) => sum + count, 0);
  const shown = leaks.flatMap(({ kind, rows }) => rows.map((leak) => `${kind}: ${leak.map(({ split, id }) => `${split} ${id}`).join(" and ")}`)).slice(0, SHOWN_FAULTS);
  const more = total > shown.length ? [`… and ${total - shown.length} more (${leaks.map(({ kind, count }) => `${kind} ${count}`).join(", ")})`] : [];
  return new TunesmithError({
    code: "data.leakage",
    message: `Cannot use these splits: ${total} ${total === 1 ? "set" : "sets"} of rows ${total === 1 ? "stands" : "stand"} in more than one\n  ${[...shown, ...more].join("\n  ")}`,
    hint: `Split by group, which keeps such rows together, or pass --allow-leakage ${leaks.map(({ kind }) => kind).join(" ")} to write it all the same and record what was found.`,
    details: { total, leaks },
  });
}

/** @param name of the class with too few rows; undefined where a split has fewer rows than there are classes */
export function classTooSmall(name: string | undefined, rows: number, needed: number): TunesmithError {
  return new TunesmithError({
    code: "data.class_too_small",
    message: name === undefined ? `Cannot split by class as Python's datasets does: a split would have ${countOf(rows, "row")} for ${needed} classes, needed is at least one of each` : `Cannot split by class as Python's datasets does: ${JSON.stringify(name)} has ${countOf(rows, "row")}, needed are at least ${needed}`,
    hint: "Use --split-method stratified, which deals rare classes as well, or leave --stratify-by out.",
  });
}

export function domainInvalid(domain: string): TunesmithError {
  return new TunesmithError({
    code: "data.domain_invalid",
    message: `Cannot name the dataset: the domain is ${JSON.stringify(domain)}, needed are small letters, digits, _ and -`,
    hint: "Use healthcare, legal, finance, or such a name of your own.",
    exitCode: 2,
  });
}

export function sourceMissing(domain: string, both: boolean, recommended: readonly string[]): TunesmithError {
  const list = recommended.length === 0 ? "" : `\nDatasets for ${domain} on the Hugging Face Hub:\n  ${recommended.join("\n  ")}`;
  return new TunesmithError({
    code: "data.source_missing",
    message: both ? "Cannot prepare a dataset: several sources are given, needed is one of a file, a dataset of the Hub and a sample" : `Cannot prepare a dataset: no source is given, needed is a file, a dataset of the Hub or a sample${list}`,
    hint: `Give --input-file my.jsonl, --dataset-name ${recommended[0] ?? "owner/name"}, or --sample for generated rows.`,
    exitCode: 2,
  });
}

export function sampleUnavailable(domain: string, count: number, domains: readonly string[], most: number): TunesmithError {
  return new TunesmithError({
    code: "data.sample_unavailable",
    message: `Cannot generate a sample: ${countOf(count, "row")} of ${domain} ${count === 1 ? "is" : "are"} asked for, needed are 1 to ${countOf(most, "row")} of ${domains.join(", ")}`,
    hint: `Use --domain ${domains.includes(domain) ? domain : domains[0]} --num-samples ${domains.includes(domain) ? most : 100}, or give your own rows with --input-file.`,
    exitCode: 2,
  });
}

interface StoppingFinding {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly rows: readonly number[];
}

export function findingsStop(findings: readonly StoppingFinding[]): TunesmithError {
  const lines = findings.map(({ code, count, message, rows }) => `  ${code}: ${count} ${message}${rows.length === 0 ? "" : ` (row ${rows.join(", ")}${count > rows.length ? ", …" : ""})`}`);
  return new TunesmithError({
    code: "data.findings",
    message: `Cannot prepare the dataset: ${findings.length === 1 ? "1 check fails" : `${findings.length} checks fail`}\n${lines.join("\n")}`,
    hint: "Correct or delete these rows, or pass --skip-validation: empty rows are then left out and recorded, all others kept.",
    details: { findings },
  });
}

export function nothingLeft(path: string, rows: number): TunesmithError {
  return new TunesmithError({
    code: "data.nothing_left",
    message: `Cannot prepare ${path}: 0 of ${countOf(rows, "row")} are left after cleaning, needed is at least 1`,
    hint: "Check that the columns hold text.",
  });
}

export function outputTaken(path: string, cause: unknown): TunesmithError {
  return new TunesmithError({
    code: "data.output_taken",
    message: `Cannot write ${path}: something stands there that is not a readable dataset (${cause instanceof Error ? cause.message : String(cause)})`,
    hint: "Move it away or choose another --output-dir; nothing was changed.",
    cause,
  });
}

export function datasetVersionInvalid(requested: string, standing?: string): TunesmithError {
  return new TunesmithError({
    code: "data.version_invalid",
    message: standing === undefined ? `Cannot use version ${JSON.stringify(requested)}: it is not of the form dX.Y` : `Cannot use version ${JSON.stringify(requested)}: this very content has the version ${standing}`,
    hint: standing === undefined ? "Write it like d1.2, or leave it out." : "Leave it out; only another content gets another version.",
    exitCode: standing === undefined ? 2 : 1,
  });
}

export function datasetVersionTaken(version: string): TunesmithError {
  return new TunesmithError({ code: "data.version_taken", message: `Cannot use version ${version}: it stands for another content`, hint: "Ask for another version, or leave it out and the next free one is taken." });
}

export function datasetVersionUnknown(named: string, folder: string, found: readonly string[], known: readonly string[]): TunesmithError {
  const state = found.length > 1 ? `${found.join(" and ")} are there` : found.length === 1 ? "no directory there holds its content any more" : known.length === 0 ? "no version was minted there" : `known are ${known.slice(-20).join(", ")}`;
  return new TunesmithError({ code: "data.version_unknown", message: `Cannot find ${named} in ${folder}: ${state}`, hint: found.length > 1 ? "Name one of them." : "Name a dataset's directory, or mint a version with `tunesmith data version`.", details: { known } });
}
