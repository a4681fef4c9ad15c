import { TunesmithError } from "../errors.ts";
import { SHOWN_FAULTS } from "./faults.ts";

export function chatTemplateMissing(): TunesmithError {
  return new TunesmithError({
    code: "data.chat_template_missing",
    message: "Cannot render a chat prompt: the tokenizer has no chat template, the prompt format chat needs one",
    hint: "Use the prompt format alpaca, or a model whose tokenizer_config.json has a chat_template.",
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
  const shown = rows.slice(0, SHOWN_FAULTS).map((row) => `${row.rowNumber === undefined ? "" : `row ${row.rowNumber}, `}id ${row.id}: ${row.answerTokens} tokens`);
  const more = rows.length > SHOWN_FAULTS ? [`… and ${rows.length - SHOWN_FAULTS} more`] : [];
  const longest = rows.reduce((most, row) => Math.max(most, row.answerTokens), 0);
  return new TunesmithError({
    code: "data.answer_too_long",
    message: `Cannot encode ${rows.length} of ${rowCount} rows: the answer alone is longer than the limit of ${maxLength} tokens\n  ${[...shown, ...more].join("\n  ")}`,
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
    hint: "Run tunesmith data prepare first, or check the path.",
  });
}

export function datasetUnreadable(path: string, reason: string, cause?: unknown): TunesmithError {
  return new TunesmithError({
    code: "data.dataset_unreadable",
    message: `Cannot load the dataset ${path}: ${reason}`,
    hint: "Prepare it again with tunesmith data prepare, or save it with datasets.DatasetDict.save_to_disk.",
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
    message: `Cannot read ${path}: ${faults.total === 1 ? "1 fault" : `${faults.total} faults`}\n  ${[...faults.shown, ...more].join("\n  ")}`,
    hint: "Correct these rows; nothing was written.",
    details: { total: faults.total, faults: faults.shown },
  });
}
