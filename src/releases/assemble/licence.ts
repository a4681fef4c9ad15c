import type { Licence } from "../../records/index.ts";

export interface LicenceFacts {
  /** What somebody decided. */
  readonly decided?: string;
  readonly base: string | null;
  readonly dataset: string | null;
}

/** What base and data say, and what the release therefore says: a conflict is named and left to a person. */
export function chooseLicence({ decided, base, dataset }: LicenceFacts): Licence {
  const differ = base !== null && dataset !== null && base !== dataset;
  const conflict = differ ? `the base model is under ${base}, the dataset under ${dataset}${decided === undefined ? "; which of them holds for this model was not decided" : `; ${decided} was decided for this model`}` : null;
  return { chosen: decided ?? (differ ? null : (base ?? dataset)), base, dataset, conflict };
}
