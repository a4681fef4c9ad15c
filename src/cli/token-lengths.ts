import { choosePrompt, countTokens, openDataset, recordTokens, type PromptWish } from "../data/index.ts";
import type { DatasetRecord, TokenStatistics } from "../records/index.ts";
import { formatAmount, formatCount } from "./format.ts";
import type { Interrupt } from "./interrupt.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

export interface TokenLengthOptions {
  /** Whose tokenizer counts; without one nothing is counted. */
  readonly model: string | undefined;
  readonly wish: PromptWish;
  /** A template in place of the model's own: a file of Jinja or a name. */
  readonly chatTemplate?: string;
  /** Longest sequence that would be trained. */
  readonly limit: number;
}

interface Parts {
  readonly print: Print;
  readonly world: World;
  readonly withInterrupt: Interrupt;
}

/** What was counted, and the record that says so now; none where there is no dataset.json, or where it does not let itself be written. */
export interface CountedTokens {
  readonly tokens: TokenStatistics;
  readonly record: DatasetRecord | undefined;
}

/** Loads the tokenizer, so that a wrong name is told before the work; what comes back counts a written dataset and records it. */
export async function prepareTokenCount({ model, wish, chatTemplate, limit }: TokenLengthOptions, { print, world, withInterrupt }: Parts): Promise<((path: string) => CountedTokens) | undefined> {
  if (model === undefined) return undefined;
  const { tokenizer, format } = choosePrompt(await withInterrupt((signal) => loadTokenizer(model, { print, world, signal })), wish, chatTemplate);
  return (path) => {
    const tokens = countTokens(openDataset(path), { tokenizer, name: model, format, limit });
    return { tokens, record: recordTokens(path, tokens) };
  };
}

/** {@link prepareTokenCount} for a preparation: prints one line. */
export async function prepareTokenLengths(options: TokenLengthOptions, parts: Parts): Promise<(path: string) => DatasetRecord | undefined> {
  const count = await prepareTokenCount(options, parts);
  return (path) => {
    if (count === undefined) return undefined;
    const { tokens, record } = count(path);
    parts.print.line(`tokens      ${tokens.mean.toFixed(1)} on average, ${tokens.shortest} to ${tokens.longest}; ${sayCut(tokens)}`);
    return record;
  };
}

/** `3 of 400 rows would be cut at 512`; empty when no limit was asked about. */
export function sayCut({ limit, cut_rows, histogram }: TokenStatistics): string {
  if (limit === null) return "";
  return `${cut_rows === 0 ? "none" : formatCount(cut_rows)} of ${formatAmount(histogram.reduce((sum, { rows }) => sum + rows, 0), "row")} would be cut at ${limit}`;
}
