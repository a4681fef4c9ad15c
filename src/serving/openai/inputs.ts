import type { EmbedInput } from "../host-messages.ts";

/** One text, texts, the token ids of one, or those of several. */
export type Inputs = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

/** One entry for each text. */
export function inputsOf(inputs: Inputs): readonly EmbedInput[] {
  if (typeof inputs === "string") return [inputs];
  return isTokens(inputs) ? [inputs] : (inputs as readonly EmbedInput[]);
}

function isTokens(inputs: Exclude<Inputs, string>): inputs is readonly number[] {
  return typeof inputs[0] === "number";
}
