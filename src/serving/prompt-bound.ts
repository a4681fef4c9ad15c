// Prompts that cannot fit whatever their tokens are: told by their length alone, before anybody takes the time to tokenize megabytes.
import { promptTooLong } from "./errors.ts";
import type { EmbedInput, HostInfo } from "./host-messages.ts";

/** @throws `serving.context_exceeded` when even the longest tokens of the vocabulary need more room than there is */
export function requireInReach({ contextLength, longestTokenBytes }: Pick<HostInfo, "contextLength" | "longestTokenBytes">, prompt: EmbedInput): void {
  if (longestTokenBytes === undefined && typeof prompt === "string") return;
  const least = typeof prompt === "string" ? Math.ceil(Buffer.byteLength(prompt) / Math.max(4, longestTokenBytes ?? 4)) : prompt.length;
  if (least > contextLength) throw promptTooLong(least, contextLength, "at least");
}
