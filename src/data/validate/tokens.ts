// How long rows are for one tokenizer, and how many a sequence limit would cut.
import { join } from "node:path";
import { exists, readJson, writeJson } from "../../files/index.ts";
import { datasetRecordSchema, datasetUpgrades, parseRecord, type DatasetRecord, type TokenStatistics } from "../../records/index.ts";
import { createColumn } from "../column.ts";
import { encodeExample } from "../prompt/encode.ts";
import type { PromptFormat } from "../prompt/prompt.ts";
import type { TextTokenizer } from "../prompt/text-tokenizer.ts";
import { SPLIT_NAMES, type Row, type SplitName } from "../row.ts";
import { classesOf } from "../show/charts.ts";
import { writeUnlessRefused } from "../write/refused.ts";
import { describeLengths } from "../words.ts";

export interface TokenCount {
  readonly tokenizer: TextTokenizer;
  /** What the statistics call it. */
  readonly name: string;
  readonly format: PromptFormat;
  /** Longest sequence that would be trained. Default: none is asked about. */
  readonly limit?: number;
}

/**
 * Counts the tokens of every row of every split, as training would see them without a limit: the first and the last special token included.
 * @throws `data.special_tokens` when a row spells out a special token of a chat
 */
export function countTokens(dataset: { readonly rows: (split: SplitName) => Iterable<Row> }, { tokenizer, name, format, limit }: TokenCount): TokenStatistics {
  const column = createColumn((length) => new Uint32Array(length));
  for (const split of SPLIT_NAMES) {
    for (const row of dataset.rows(split)) column.push(Uint32Array.of(encodeExample(tokenizer, row, format, Number.MAX_SAFE_INTEGER).ids.length));
  }
  const lengths = column.finish();
  return {
    ...describeLengths(lengths),
    tokenizer: name,
    limit: limit ?? null,
    cut_rows: limit === undefined ? 0 : lengths.reduce((count, length) => count + (length > limit ? 1 : 0), 0),
    histogram: classesOf(lengths).map(({ most, rows }) => ({ most, rows })),
  };
}

/** Writes the statistics into dataset.json; the content stays what it is. @returns undefined for a dataset without a record, and for one that is read-only */
export function recordTokens(path: string, tokens: TokenStatistics): DatasetRecord | undefined {
  const recordPath = join(path, "dataset.json");
  if (!exists(recordPath)) return undefined;
  const record = parseRecord(datasetRecordSchema, readJson(recordPath), recordPath, datasetUpgrades);
  const next = { ...record, statistics: { ...record.statistics, tokens } };
  return writeUnlessRefused(() => writeJson(recordPath, next)) ? next : undefined;
}
