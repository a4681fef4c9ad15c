import { describe, expect, it } from "vitest";
import { byteTokenizer, TURNS_TEMPLATE } from "../../../test/helpers/byte-tokenizer.ts";
import { renderPrompt } from "./prompt.ts";

const question = { instruction: "Name the drug.", input: "He takes aspirin.", output: "aspirin" };

describe("renderPrompt", () => {
  it("words alpaca with an input as Stanford did", () => {
    expect(renderPrompt(question, "alpaca")).toEqual({
      prompt:
        "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n" +
        "### Instruction:\nName the drug.\n\n### Input:\nHe takes aspirin.\n\n### Response:\n",
      completion: "aspirin",
    });
  });

  it("words alpaca without an input as Stanford did", () => {
    expect(renderPrompt({ ...question, input: "" }, "alpaca").prompt).toBe(
      "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\nName the drug.\n\n### Response:\n",
    );
  });

  it("leaves out the opening sentence in the format instruction", () => {
    expect(renderPrompt(question, "instruction").prompt).toBe("### Instruction:\nName the drug.\n\n### Input:\nHe takes aspirin.\n\n### Response:\n");
  });

  it("puts a system text before the instruction", () => {
    expect(renderPrompt({ ...question, input: "", system: "Be brief." }, "instruction").prompt).toBe("### Instruction:\nBe brief.\n\nName the drug.\n\n### Response:\n");
  });

  it("shows nothing before plain text", () => {
    expect(renderPrompt({ instruction: "", input: "", output: "Once." }, "text")).toEqual({ prompt: "", completion: "Once." });
  });

  it("renders a chat with the template of the tokenizer", () => {
    const tokenizer = byteTokenizer({ chatTemplate: TURNS_TEMPLATE });
    expect(renderPrompt({ ...question, system: "Be brief." }, "chat", tokenizer)).toEqual({
      prompt: "<s>[system]Be brief.<|end|>\n[user]Name the drug.\n\nHe takes aspirin.<|end|>\n[assistant]",
      completion: "aspirin<|end|>\n",
    });
  });

  it("says what to do without a chat template", () => {
    expect(() => renderPrompt(question, "chat", byteTokenizer())).toThrow("Cannot render a chat prompt: the tokenizer has no chat template, the prompt format chat needs one");
  });

  it("refuses a template whose prompt is not the beginning of the conversation", () => {
    const tokenizer = byteTokenizer({ chatTemplate: "{% if add_generation_prompt %}A{% else %}B{% endif %}" });
    expect(() => renderPrompt(question, "chat", tokenizer)).toThrow("the prompt is not the beginning of the whole conversation");
  });

  it("passes on what a template says is wrong", () => {
    const tokenizer = byteTokenizer({ chatTemplate: "{{ raise_exception('system turns are not known') }}" });
    expect(() => renderPrompt(question, "chat", tokenizer)).toThrow(/Cannot render a chat prompt with the model's template: .*system turns are not known/);
  });
});
