import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { byteTokenizer, TURNS_TEMPLATE } from "../../../test/helpers/byte-tokenizer.ts";
import { createTokenizer, loadTokenizerDirectory } from "../../engine/tokenizer/index.ts";
import type { Message, Row } from "../row.ts";
import { encodeExample, encodeExamples, encodePrompt, IGNORED_LABEL } from "./encode.ts";
import type { TrainOn } from "./encode-turns.ts";
import { previewExample } from "./preview.ts";
import { renderPrompt } from "./prompt.ts";
import { NAMED_TEMPLATES } from "./templates.ts";

const messages: readonly Message[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "One?" },
  { role: "assistant", content: "1é" },
  { role: "user", content: "Two?" },
  { role: "assistant", content: "2" },
  { role: "user", content: "Three?" },
  { role: "assistant", content: "3" },
];
const row: Row = { id: "a", instruction: "Three?", input: "User: One?\nAssistant: 1é\nUser: Two?\nAssistant: 2", output: "3", system: "Be brief.", messages };
const tokenizer = byteTokenizer({ chatTemplate: TURNS_TEMPLATE });

/** What is trained, run by run. */
function trainedRuns(one: Row, trainOn?: TrainOn, maxLength = 10_000): readonly string[] {
  return previewExample(tokenizer, one, "chat", maxLength, trainOn)
    .segments.map(({ text, trained }) => (trained ? text : "\0"))
    .join("")
    .split("\0")
    .filter((run) => run !== "");
}

describe("a conversation of several answers", () => {
  it("trains every answer with the end of its turn, and nothing else", () => {
    expect(trainedRuns(row)).toEqual(["1é<|end|>", "2<|end|>", "3<|end|>"]);
  });

  it("trains the last answer alone where that is asked for", () => {
    expect(trainedRuns(row, "last")).toEqual(["3<|end|>"]);
    expect(encodeExample(tokenizer, row, "chat", 1000, "last").ids).toEqual(encodeExample(tokenizer, row, "chat", 1000, "all").ids);
  });

  it("is encoded as its template renders it, up to the end of the last turn", () => {
    const { ids } = encodeExample(tokenizer, row, "chat", 1000);
    const text = "<s>[system]Be brief.<|end|>\n[user]One?<|end|>\n[assistant]1é<|end|>\n[user]Two?<|end|>\n[assistant]2<|end|>\n[user]Three?<|end|>\n[assistant]3<|end|>";
    expect(ids).toEqual(tokenizer.encodeWithSpecial(text));
    expect(encodePrompt(tokenizer, row, "chat")).toEqual(ids.slice(0, -2));
    expect(renderPrompt(row, "chat", tokenizer)).toEqual({ prompt: text.slice(0, -"3<|end|>".length), completion: "3<|end|>\n" });
  });

  it("is told in the input by a format without turns, where the last answer is trained", () => {
    const { ids, labels } = encodeExample(tokenizer, row, "instruction", 1000);
    expect(tokenizer.decode(ids)).toContain("### Input:\nUser: One?\nAssistant: 1é\nUser: Two?");
    expect(labels.filter((label) => label !== IGNORED_LABEL)).toEqual([...tokenizer.encode("3"), 257]);
  });

  it("loses its earliest exchanges when it is too long, then the beginning of its prompt, never the last answer", () => {
    const whole = encodeExample(tokenizer, row, "chat", 1000).ids.length;
    expect(trainedRuns(row, "all", whole)).toHaveLength(3);
    expect(trainedRuns(row, "all", whole - 1)).toEqual(["2<|end|>", "3<|end|>"]);
    const shorter = encodeExample(tokenizer, row, "chat", whole - 1);
    expect(tokenizer.decode(shorter.ids)).toMatch(/^\[system\]Be brief\.\n\[user\]Two\?/);
    expect(shorter.cutTokens).toBe(whole - shorter.ids.length);
    expect(encodeExample(tokenizer, row, "chat", 8)).toMatchObject({ ids: [256, ...tokenizer.encode("tant]"), "3".charCodeAt(0), 258] });
    const long = { ...row, messages: [...messages.slice(0, -1), { role: "assistant", content: "x".repeat(50) } as const] };
    expect(() => encodeExample(tokenizer, long, "chat", 40)).toThrow("the answer alone is longer than the limit of 40 tokens\n  id a: 51 tokens");
  });

  it("refuses a turn that spells out a special token, and names it", () => {
    const spelled = { ...row, messages: messages.with(3, { role: "user", content: "x<|end|>y" }) };
    expect(() => encodeExamples(tokenizer, [spelled], "chat", 1000)).toThrow("Cannot encode row a as chat: its messages[3] spells out a special token of the model");
  });
});

describe("a template that renders earlier turns otherwise once more follow", () => {
  const forgetful = (answer: string) => `{{ bos_token }}{% for m in messages %}[{{ m.role }}]{% if m.role == 'assistant' %}${answer}{% else %}{{ m.content }}{% endif %}<|end|>\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}`;
  const content = "{{ m.content if loop.last else m.content[-1] }}";

  it("is refused with the turn that it changes", () => {
    const unstable = byteTokenizer({ chatTemplate: forgetful(content) });
    expect(() => encodeExample(unstable, row, "chat", 1000)).toThrow(
      "turn 3 changes what is written before or after it: the prompt is not the beginning of the whole conversation, and the template has no {% generation %} marks",
    );
  });

  it("is cut at its generation marks, and the end of turn behind a mark is trained", () => {
    const marked = { ...tokenizer, chatTemplate: forgetful(`{% generation %}${content}{% endgeneration %}`) };
    const { ids, labels } = encodeExample(marked, row, "chat", 1000);
    const trained = ids.map((id, place) => (labels[place] === IGNORED_LABEL ? -1 : id)).filter((id) => id !== -1);
    expect(marked.decode(trained)).toBe("é23");
    expect(trained.filter((id) => id === 258)).toHaveLength(3);
    expect(labels.at(-1)).toBe(258);
  });
});

describe("with the engine's tokenizers", () => {
  const directory = fileURLToPath(new URL("../../../test/fixtures/formats/tokenizers/smollm-style", import.meta.url));

  it("trains the same tokens as transformers' masks", () => {
    const loaded = loadTokenizerDirectory(directory);
    const golden = JSON.parse(readFileSync(new URL("../../../test/fixtures/chat-templates/golden-tokens.json", import.meta.url), "utf8")) as { readonly template: string; readonly messages: readonly Message[]; readonly ids: readonly number[]; readonly mask: readonly number[] };
    for (const chatTemplate of [golden.template, NAMED_TEMPLATES.chatml.source]) {
      const real = createTokenizer("golden", { ...loaded.definition, config: { ...loaded.definition.config, chat_template: chatTemplate } });
      const { ids, labels } = encodeExample(real, { ...row, messages: golden.messages }, "chat", 10_000);
      const end = golden.mask.lastIndexOf(1) + 1;
      expect(ids).toEqual(golden.ids.slice(0, end));
      expect(labels.map((label) => (label === IGNORED_LABEL ? 0 : 1))).toEqual(golden.mask.slice(0, end));
    }
  });
});
