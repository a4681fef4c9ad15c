import type { PublicationStepName } from "../../records/index.ts";

/** What on the hub (or in the history) shows that a step is done. */
export interface Evidence {
  /** The commit that holds it; null where there is none. */
  readonly commit: string | null;
  /** For people: `9 files at 1a2b3c4d`. */
  readonly note: string;
}

/** One step of a publication. Looking comes before and after doing; nothing but a look says that it is done. */
export interface Step {
  readonly name: PublicationStepName;
  /** Where it happens: `alice/support`. */
  readonly place: string;
  /** What it does, for the plan. */
  readonly title: string;
  /** Why it is left out; absent for a step that is carried out. */
  readonly skipped?: string;
  /** Undefined: not done yet. Writes nothing. @param known the commit in which it was found before @throws what is there and must not be */
  find(known: string | null): Promise<Evidence | undefined>;
  /** Does it; harmless where it was done in part. */
  make(): Promise<void>;
}

export function skippedStep(name: PublicationStepName, place: string, title: string, reason: string): Step {
  return { name, place, title, skipped: reason, find: () => Promise.resolve(undefined), make: () => Promise.resolve() };
}
