import { TunesmithError } from "../errors.ts";

/** At most this many faults are shown; all are counted. */
const SHOWN = 20;

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
  const shown = rows.slice(0, SHOWN).map((row) => `${row.rowNumber === undefined ? "" : `row ${row.rowNumber}, `}id ${row.id}: ${row.answerTokens} tokens`);
  const more = rows.length > SHOWN ? [`… and ${rows.length - SHOWN} more`] : [];
  const longest = rows.reduce((most, row) => Math.max(most, row.answerTokens), 0);
  return new TunesmithError({
    code: "data.answer_too_long",
    message: `Cannot encode ${rows.length} of ${rowCount} rows: the answer alone is longer than the limit of ${maxLength} tokens\n  ${[...shown, ...more].join("\n  ")}`,
    hint: `Raise --max-seq-length above ${longest}, or shorten or remove those rows.`,
    details: { max_length: maxLength, total: rows.length, rows: rows.slice(0, SHOWN) },
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
