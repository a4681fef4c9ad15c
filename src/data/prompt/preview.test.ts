import { expect, it } from "vitest";
import { byteTokenizer } from "../../../test/helpers/byte-tokenizer.ts";
import { previewExample } from "./preview.ts";

it("shows which parts of a row are trained, special tokens alone and characters whole", () => {
  const preview = previewExample(byteTokenizer(), { id: "a", instruction: "Say “é”.", input: "", output: "é" }, "instruction", 1000);
  expect(preview.segments).toEqual([
    { text: "<s>", tokens: 1, trained: false },
    { text: "### Instruction:\nSay “é”.\n\n### Response:\n", tokens: 46, trained: false },
    { text: "é", tokens: 2, trained: true },
    { text: "</s>", tokens: 1, trained: true },
  ]);
  expect(preview).toMatchObject({ tokens: 50, trainedTokens: 3, cutTokens: 0 });
});
