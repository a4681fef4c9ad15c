import type { PrepareOptions } from "../data/index.ts";
import type { Print } from "./print.ts";
import type { Progress } from "./progress.ts";

type Advance = Parameters<NonNullable<PrepareOptions["onAdvance"]>>[0];

/** What the line says of each kind of work. */
const LABELS: Readonly<Record<Advance["work"], string>> = { reading: "reading", comparing: "comparing rows", writing: "writing", checking: "checking for leaks" };

/** Shows how far a preparation is: one line for each kind of work, which is taken off when the next one begins. `end` takes off the last. */
export function showPreparation(print: Print): { readonly onAdvance: (advance: Advance) => void; readonly end: () => void } {
  let work: Advance["work"] | undefined;
  let progress: Progress | undefined;
  return {
    onAdvance(advance) {
      if (advance.work !== work) {
        progress?.clear();
        work = advance.work;
        progress = print.progress({ label: LABELS[work], unit: advance.unit, ...(advance.total !== undefined && { total: advance.total }) });
      }
      progress?.update(advance.done);
    },
    end: () => progress?.clear(),
  };
}
