import { TunesmithError } from "../../../errors.ts";

export function schemaUnsupported(faults: readonly string[]): TunesmithError {
  const shown = faults.slice(0, 10);
  return new TunesmithError({
    code: "llama.schema_unsupported",
    message: `Cannot hold answers to the JSON schema: ${[...shown, ...(faults.length > 10 ? [`and ${faults.length - 10} more`] : [])].join("; ")}`,
    hint: "Leave out what cannot be held while a model writes, and check it afterwards.",
    details: { faults: [...faults] },
  });
}

export function schemaTooLarge(why: string): TunesmithError {
  return new TunesmithError({
    code: "llama.schema_too_large",
    message: `Cannot hold answers to the JSON schema: ${why}`,
    hint: "Make the schema smaller.",
  });
}
