// A test split that was looked at often is no longer a test: every look is kept with the dataset, and told.
import type { SplitName } from "../data/index.ts";
import { formatAmount } from "./format.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

export interface LookedAt {
  readonly datasetPath: string;
  readonly split: SplitName;
  readonly purpose: "evaluate" | "quantize";
  /** The model that was judged: its path or name. */
  readonly subject: string;
  readonly subjectDigest?: string;
}

/** From here on the best score of a test split says more about the choice than about the model: a bound to think at, not a law. */
const MANY_DECISIONS = 20;

/**
 * Notes that a model was judged on a split, when that split is there for testing.
 * @returns over how many models it has decided by now; undefined for a split that is no test
 */
export async function noteSplitUse({ datasetPath, split, ...use }: LookedAt, { print, world }: { readonly print: Print; readonly world: World }): Promise<number | undefined> {
  const { countDecisions, listSplitUses, openDataset, recordSplitUse } = await import("../data/index.ts");
  const dataset = openDataset(datasetPath);
  const record = dataset.declared() ?? dataset.check();
  if (record.roles[split] !== "test") return undefined;
  const isKept = recordSplitUse(datasetPath, record, { split, ...use, now: world.now() });
  if (!isKept) print.warn(`${datasetPath} is read-only: nobody will know that its test split was looked at`);
  return countDecisions(listSplitUses(datasetPath), record, split);
}

/** How many models the test split has judged. */
export function sayDecisions(decisions: number): string {
  if (decisions === 0) return "The test split has decided over no model yet.";
  return `The test split has decided over ${formatAmount(decisions, "model")}${decisions < MANY_DECISIONS ? "" : ": the best of so many is partly luck, so measure the one you keep on rows that nobody has looked at"}.`;
}
