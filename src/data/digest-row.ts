import { canonicalJson, sha256 } from "../files/index.ts";
import type { Row } from "./row.ts";

/** SHA-256 of all a row holds but its id: two rows of one digest are the same example. */
export function digestRow(row: Row): string {
  return sha256(canonicalRow(row));
}

/** The JSON of a row without its id, keys sorted, no spaces; as `canonicalJson` writes it, in a tenth of the time. */
export function canonicalRow(row: Row): string {
  let json = "";
  for (const key of KEYS) {
    const value = row[key];
    if (value !== undefined) json += `${json === "" ? "" : ","}"${key}":${typeof value === "string" ? JSON.stringify(value) : canonicalJson(value)}`;
  }
  return `{${json}}`;
}

const KEYS = ["entities", "group", "input", "instruction", "labels", "messages", "output", "system", "task"] as const satisfies readonly (keyof Row)[];
