import { digestJson } from "../files/index.ts";
import type { Row } from "./row.ts";

/** SHA-256 of all a row holds but its id: two rows of one digest are the same example. */
export function digestRow(row: Row): string {
  return digestJson({ ...row, id: undefined });
}
