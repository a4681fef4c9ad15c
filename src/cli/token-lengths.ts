import { choosePrompt, countTokens, openDataset, recordTokens, type PromptWish } from "../data/index.ts";
import type { DatasetRecord } from "../records/index.ts";
import { formatAmount, formatCount } from "./format.ts";
import type { Interrupt } from "./interrupt.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

export interface TokenLengthOptions {
  /** Whose tokenizer counts; without one nothing is counted. */
  readonly model: string | undefined;
  readonly wish: PromptWish;
  /** Longest sequence that would be trained. */
  readonly limit: number;
}

interface Parts {
  readonly print: Print;
  readonly world: World;
  readonly withInterrupt: Interrupt;
}

/** Loads the tokenizer, so that a wrong name is told before the work; what comes back counts a written dataset, records it and prints one line. */
export async function prepareTokenLengths({ model, wish, limit }: TokenLengthOptions, { print, world, withInterrupt }: Parts): Promise<(path: string) => DatasetRecord | undefined> {
  if (model === undefined) return () => undefined;
  const { tokenizer, format } = choosePrompt(await withInterrupt((signal) => loadTokenizer(model, { print, world, signal })), wish);
  return (path) => {
    const tokens = countTokens(openDataset(path), { tokenizer, name: model, format, limit });
    const record = recordTokens(path, tokens);
    const cut = tokens.cut_rows === 0 ? "none" : `${formatCount(tokens.cut_rows)}`;
    print.line(`tokens      ${tokens.mean.toFixed(1)} on average, ${tokens.shortest} to ${tokens.longest}; ${cut} of ${formatAmount(tokens.histogram.reduce((sum, { rows }) => sum + rows, 0), "row")} would be cut at ${limit}`);
    return record;
  };
}
