import type { Row } from "../row.ts";

/** What of a row is shown to the model; what a user asks a served model has only this. The last of `messages` is the answer. */
export type PromptParts = Pick<Row, "instruction" | "input" | "system" | "messages">;

/** `prompt` ends right where the model starts to answer; `completion` is the answer, with the end of turn only where a chat template writes it. */
export interface RenderedRow {
  readonly prompt: string;
  readonly completion: string;
}

/** The non-empty parts as paragraphs. */
export function joinParts(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}
