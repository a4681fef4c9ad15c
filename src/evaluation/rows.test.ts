import { describe, expect, it } from "vitest";
import { byteTokenizer } from "../../test/helpers/fake-llama.ts";
import { digestRows, encodeEvaluationRows } from "./rows.ts";

const row = { id: "a", instruction: "Name the drug.", input: "", output: "lisinopril", task: "extraction" };
const options = { tokenizer: byteTokenizer, promptFormat: "instruction", maxSequenceLength: 512, dataset: "data/x", split: "test" } as const;

describe("encodeEvaluationRows", () => {
  it("splits the ids where the answer begins, end token included", () => {
    const [encoded] = encodeEvaluationRows([row], options);
    expect(encoded).toMatchObject({ id: "a", task: "extraction", reference: "lisinopril", cutTokens: 0 });
    expect(encoded!.input).toMatch(/### Response:\n$/);
    expect(byteTokenizer.decode(encoded!.ids.slice(0, encoded!.firstScored))).toBe(encoded!.input);
    expect(byteTokenizer.decode(encoded!.ids.slice(encoded!.firstScored))).toBe("lisinopril");
    expect(encoded!.ids.at(-1)).toBe(byteTokenizer.eosId);
  });

  it("scores plain text from its second token when nothing stands before it", () => {
    const [encoded] = encodeEvaluationRows([{ ...row, instruction: "" }], { ...options, promptFormat: "text" });
    expect(encoded).toMatchObject({ input: "", firstScored: 1 });
  });

  it("asks a conversation for its last answer, after all turns before it", () => {
    const messages = ["One?", "1", "Two?", "lisinopril"].map((content, index) => ({ role: index % 2 === 0 ? ("user" as const) : ("assistant" as const), content }));
    const chatTemplate = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
    const [encoded] = encodeEvaluationRows([{ ...row, messages }], { ...options, promptFormat: "chat", tokenizer: { ...byteTokenizer, chatTemplate } });
    expect(encoded!.input).toBe("[user]One?[assistant]1[user]Two?[assistant]");
    expect(byteTokenizer.decode(encoded!.ids.slice(0, encoded!.firstScored))).toBe(encoded!.input);
  });

  it("refuses a split without rows", () => {
    expect(() => encodeEvaluationRows([], options)).toThrow("Cannot evaluate on the split test of data/x: it has 0 rows, at least 1 needed");
  });

  it("names the rows without a gold answer", () => {
    const rows = [row, { ...row, id: "b", output: "  " }, { ...row, id: "c", output: "" }];
    expect(() => encodeEvaluationRows(rows, options)).toThrow("2 of its rows have no gold answer (b, c)");
  });
});

it("digests ids, prompts and answers in order, not tokens", () => {
  const [one] = encodeEvaluationRows([row], options);
  expect(digestRows([{ ...one!, ids: [1] } as never])).toBe(digestRows([one!]));
  expect(digestRows([{ ...one!, reference: "other" }])).not.toBe(digestRows([one!]));
});
