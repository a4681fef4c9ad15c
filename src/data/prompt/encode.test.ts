import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteTokenizer, TURNS_TEMPLATE } from "../../../test/helpers/byte-tokenizer.ts";
import { loadTokenizerDirectory } from "../../engine/tokenizer/index.ts";
import { encodeExample, encodeExamples, encodePrompt, IGNORED_LABEL } from "./encode.ts";
import { renderPrompt, type PromptFormat } from "./prompt.ts";
import type { Row } from "../row.ts";

const tokenizer = byteTokenizer({ chatTemplate: TURNS_TEMPLATE });
const row: Row = { id: "a", instruction: "Name the drug.", input: "He takes aspirin.", output: "aspirin" };
const trained = (labels: readonly number[]): number[] => labels.filter((label) => label !== IGNORED_LABEL);

describe("encodeExample", () => {
  it("trains the answer and the end of the text, and nothing of the prompt", () => {
    const { ids, labels, cutTokens } = encodeExample(tokenizer, row, "alpaca", 1000);
    expect(cutTokens).toBe(0);
    expect(ids[0]).toBe(256);
    expect(tokenizer.decode(ids)).toBe(renderPrompt(row, "alpaca").prompt + "aspirin");
    expect(trained(labels)).toEqual([...tokenizer.encode("aspirin"), 257]);
    expect(labels.slice(-8)).toEqual(ids.slice(-8));
  });

  it("begins without a special token when the tokenizer adds none", () => {
    expect(encodeExample(byteTokenizer({ addBos: false }), row, "instruction", 1000).ids[0]).toBe("#".charCodeAt(0));
  });

  it("ends a chat answer with the end of the turn and begins it once", () => {
    const { ids, labels } = encodeExample(tokenizer, row, "chat", 1000);
    expect(ids.filter((id) => id === 256)).toHaveLength(1);
    expect(trained(labels)).toEqual([...tokenizer.encode("aspirin"), 258]);
  });

  it("supervises an end even where the chat template writes none", () => {
    const bare = byteTokenizer({ chatTemplate: "{% for message in messages %}{{ message.content }}{% if message.role == 'user' %}: {% endif %}{% endfor %}" });
    expect(trained(encodeExample(bare, row, "chat", 1000).labels).at(-1)).toBe(258);
  });

  it("refuses a chat row that spells out the end of a turn", () => {
    expect(() => encodeExample(tokenizer, { ...row, input: "x<|end|>y" }, "chat", 1000)).toThrow("Cannot encode row a as chat: its input spells out a special token of the model");
    expect(encodeExample(tokenizer, { ...row, input: "x<|end|>y" }, "alpaca", 1000).ids).not.toContain(258);
  });

  it("cuts the beginning of the input and keeps the template, the instruction and the answer", () => {
    const long = { ...row, input: `${"early ".repeat(50)}late` };
    const whole = encodeExample(tokenizer, long, "instruction", 1000);
    const cut = encodeExample(tokenizer, long, "instruction", 100);
    expect(cut.ids.length).toBeLessThanOrEqual(100);
    expect(cut.cutTokens).toBe(whole.ids.length - cut.ids.length);
    expect(tokenizer.decode(cut.ids)).toMatch(/^### Instruction:\nName the drug\.\n\n### Input:\n[early ]+late\n\n### Response:\naspirin$/);
  });

  it("does not cut through a character", () => {
    for (let limit = 70; limit < 90; limit++) {
      const { ids } = encodeExample(tokenizer, { ...row, input: "é“🙂".repeat(20) }, "instruction", limit);
      expect(tokenizer.decode(ids)).not.toContain("\uFFFD");
    }
  });

  it("cuts the beginning of the prompt when the input is used up", () => {
    const { ids, labels } = encodeExample(tokenizer, row, "alpaca", 30);
    expect(ids).toHaveLength(30);
    expect(ids[0]).toBe(256);
    expect(tokenizer.decode(ids)).toBe("drug.\n\n### Response:\naspirin".slice(-28));
    expect(trained(labels)).toHaveLength(8);
  });

  it("names the answer that does not fit by itself", () => {
    expect(() => encodeExample(tokenizer, row, "alpaca", 8)).toThrow("Cannot encode 1 of 1 row: the answer alone is longer than the limit of 8 tokens\n  id a: 8 tokens");
    expect(encodeExample(tokenizer, row, "alpaca", 9).ids).toEqual([256, ...tokenizer.encode("aspirin"), 257]);
  });

  it("never cuts the answer or passes the limit, whatever the row", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 2, max: 300 }), fc.constantFrom<PromptFormat>("alpaca", "instruction", "text"), (instruction, input, output, limit, format) => {
        const answer = [...tokenizer.encode(output), 257];
        fc.pre(answer.length + 1 <= limit);
        const example = encodeExample(tokenizer, { id: "x", instruction, input, output }, format, limit);
        expect(example.ids.length).toBeLessThanOrEqual(limit);
        expect(example.labels).toHaveLength(example.ids.length);
        expect(example.ids.slice(-answer.length)).toEqual(answer);
        expect(trained(example.labels)).toEqual(answer);
      }),
    );
  });

  it("asks with the ids it was trained on", () => {
    for (const format of ["alpaca", "instruction", "chat", "text"] as const) {
      const asked = encodePrompt(tokenizer, row, format);
      expect(encodeExample(tokenizer, row, format, 1000).ids.slice(0, asked.length)).toEqual(asked);
    }
  });

  it("keeps the prompt as asked when a tokenizer would merge across its end", () => {
    const merging = { ...tokenizer, encode: (text: string) => tokenizer.encode(text.replaceAll("\nasp", "\u0001")) };
    const asked = encodePrompt(merging, row, "instruction");
    const { ids } = encodeExample(merging, row, "instruction", 1000);
    expect(ids).toEqual([...asked, ...tokenizer.encode("aspirin"), 257]);
  });
});

describe("encodeExamples", () => {
  it("counts what was cut", () => {
    const rows = [row, { ...row, id: "b", input: "word ".repeat(40) }];
    const { examples, cutRows, cutTokens } = encodeExamples(tokenizer, rows, "instruction", 150);
    expect(cutRows).toBe(1);
    expect(cutTokens).toBe(examples[1]!.cutTokens);
  });

  it("names every row whose answer does not fit", () => {
    const rows = [row, { ...row, id: "b", output: "x".repeat(300) }, { ...row, id: "c", output: "y".repeat(400) }];
    expect(() => encodeExamples(tokenizer, rows, "alpaca", 256)).toThrow(
      "Cannot encode 2 of 3 rows: the answer alone is longer than the limit of 256 tokens\n  row 2, id b: 301 tokens\n  row 3, id c: 401 tokens",
    );
  });
});

describe("with the engine's tokenizers", () => {
  const directory = (style: string): string => fileURLToPath(new URL(`../../../test/fixtures/formats/tokenizers/${style}-style`, import.meta.url));

  it.each(["llama3", "llama2", "gpt2", "smollm"])("asks as it trained and reads the answer back (%s)", (style) => {
    const real = loadTokenizerDirectory(directory(style));
    for (const format of ["alpaca", "instruction", "text"] as const) {
      const asked = encodePrompt(real, row, format);
      const { ids, labels } = encodeExample(real, row, format, 10_000);
      expect(ids.slice(0, asked.length)).toEqual(asked);
      expect(trained(labels)).toEqual(ids.slice(asked.length));
      expect(labels.at(-1)).toBe(real.eosId);
      expect(real.decode(ids.slice(asked.length, -1))).toBe("aspirin");
    }
  });

  it.each(["llama3", "llama2", "gpt2", "smollm"])("keeps to the limit and the answer (%s)", (style) => {
    const real = loadTokenizerDirectory(directory(style));
    const long = { ...row, input: "Été “late” 🙂 morning\n".repeat(30) };
    const whole = encodeExample(real, long, "alpaca", 10_000);
    for (const limit of [60, 200, whole.ids.length - 1]) {
      const { ids, labels, cutTokens } = encodeExample(real, long, "alpaca", limit);
      expect(ids.length).toBeLessThanOrEqual(limit);
      expect(ids.length + cutTokens).toBe(whole.ids.length);
      expect(trained(labels)).toEqual(trained(whole.labels));
    }
  });
});
