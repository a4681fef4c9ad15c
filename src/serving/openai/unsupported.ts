import { fieldUnsupported } from "../errors.ts";

interface Limit {
  /** What may be asked for, as part of a sentence. */
  readonly needed: string;
  readonly allows: (value: unknown) => boolean;
}

const nothing: Limit = { needed: "none", allows: (value) => Array.isArray(value) ? value.length === 0 : Object.keys(value as object).length === 0 };
const off: Limit = { needed: "false", allows: (value) => value === false };

const LIMITS: Readonly<Record<string, Limit>> = {
  tools: nothing,
  functions: nothing,
  echo: off,
  best_of: { needed: "1", allows: (value) => value === 1 },
  suffix: { needed: "none", allows: (value) => value === "" },
  dimensions: { needed: "the model's own", allows: () => false },
  modalities: { needed: "text only", allows: (value) => Array.isArray(value) && value.every((one) => one === "text") },
};

/** Refuses what would change the answer and cannot be honoured. @throws `serving.field_unsupported` */
export function refuseUnsupported(body: Readonly<Record<string, unknown>>): void {
  for (const [field, { needed, allows }] of Object.entries(LIMITS)) {
    const value = body[field];
    if (value !== undefined && value !== null && !allows(value)) throw fieldUnsupported(field, value, needed);
  }
}
