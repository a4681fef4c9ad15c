// Rows of a split as the model meets them: the prompt of training, the ids of training, and the gold answer apart.
import { encodeExamples, IGNORED_LABEL, renderPrompt, type PromptFormat, type Row, type TextTokenizer } from "../data/index.ts";
import { digestJson } from "../files/index.ts";
import type { TaskKind } from "../records/index.ts";
import { answersMissing, splitEmpty } from "./errors.ts";
import { readGold, type Gold } from "./gold.ts";

/** One row ready to be asked and scored. */
export interface EvaluationRow {
  readonly id: string;
  readonly task?: string;
  /** The rendered prompt; empty when a row is plain text, which is scored but not answered. */
  readonly input: string;
  /** The gold answer. */
  readonly reference: string;
  /** The same, read as what the task is. */
  readonly gold: Gold;
  /** Prompt, answer, end token. */
  readonly ids: readonly number[];
  /** Index in `ids` of the first token of the answer, at least 1. */
  readonly firstScored: number;
  /** Tokens of the prompt that were left out. */
  readonly cutTokens: number;
}

export interface EvaluationRowsOptions {
  readonly tokenizer: TextTokenizer;
  readonly promptFormat: PromptFormat;
  /** Prompt with answer, in tokens. */
  readonly maxSequenceLength: number;
  /** For error messages: path and split. */
  readonly dataset: string;
  readonly split: string;
  /** What the answers are. Default: what the rows say. */
  readonly taskKind?: TaskKind;
  /** The rows of all splits. Default: these rows. */
  readonly datasetRows?: readonly Row[];
}

/** Renders and encodes rows exactly as training does; of a conversation the last answer is asked for. @throws `evaluation.split_empty`, `evaluation.answers_missing`, `evaluation.gold_missing`, `data.answer_too_long` */
export function encodeEvaluationRows(rows: readonly Row[], options: EvaluationRowsOptions): readonly EvaluationRow[] {
  const { tokenizer, promptFormat, maxSequenceLength, split } = options;
  if (rows.length === 0) throw splitEmpty(options.dataset, split);
  const unanswered = rows.filter((row) => row.output.trim() === "");
  if (unanswered.length > 0) throw answersMissing(split, unanswered.map((row) => row.id));
  const golds = readGold(rows, split, { wanted: options.taskKind, datasetRows: options.datasetRows });
  const { examples } = encodeExamples(tokenizer, rows, promptFormat, maxSequenceLength, "last");
  return rows.map((row, index) => {
    const { ids, labels, cutTokens } = examples[index]!;
    return {
      id: row.id,
      ...(row.task === undefined ? {} : { task: row.task }),
      input: renderPrompt(row, promptFormat, tokenizer).prompt,
      reference: row.output,
      gold: golds[index]!,
      ids,
      firstScored: Math.max(1, labels.findIndex((label) => label !== IGNORED_LABEL)),
      cutTokens,
    };
  });
}

/** What two evaluations must share to be compared row by row: ids, prompts and gold answers, in order. Tokenization may differ. */
export function digestRows(rows: readonly Pick<EvaluationRow, "id" | "input" | "reference">[]): string {
  return digestJson(rows.map(({ id, input, reference }) => [id, input, reference]));
}
