import { describe, expect, it } from "vitest";
import { byteTokenizer, TURNS_TEMPLATE } from "../../../test/helpers/byte-tokenizer.ts";
import { encodeExample } from "../prompt/encode.ts";
import type { Row } from "../row.ts";
import { countTokens } from "./tokens.ts";

const tokenizer = byteTokenizer({ chatTemplate: TURNS_TEMPLATE });
const rowOf = (input: string): Row => ({ id: input, instruction: "Say it.", input, output: "yes" });
const rows = [rowOf("a"), rowOf("b".repeat(40)), rowOf("c".repeat(200))];
const dataset = { rows: (split: string) => (split === "train" ? rows.slice(0, 2) : split === "test" ? rows.slice(2) : []) };

describe("countTokens", () => {
  it("counts what training would encode, and the rows that a limit cuts", () => {
    const lengths = rows.map((row) => encodeExample(tokenizer, row, "text", 10_000).ids.length);
    expect(lengths).toEqual([16, 55, 215]);
    expect(countTokens(dataset, { tokenizer, name: "bytes", format: "text", limit: 64 })).toEqual({
      total: 286, mean: 286 / 3, shortest: 16, median: 55, longest: 215, tokenizer: "bytes", limit: 64, cut_rows: 1,
      histogram: [{ most: 49, rows: 1 }, { most: 99, rows: 1 }, { most: 149, rows: 0 }, { most: 199, rows: 0 }, { most: 249, rows: 1 }],
    });
  });

  it("cuts no row that is as long as the limit", () => {
    expect(countTokens(dataset, { tokenizer, name: "bytes", format: "text", limit: 215 }).cut_rows).toBe(0);
    expect(countTokens(dataset, { tokenizer, name: "bytes", format: "text", limit: 214 }).cut_rows).toBe(1);
  });

  it("counts every turn of a conversation", () => {
    const messages = [{ role: "user", content: "Hello" }, { role: "assistant", content: "Hi" }, { role: "user", content: "Bye" }, { role: "assistant", content: "See you" }] as const;
    const talk: Row = { id: "t", instruction: "Bye", input: "", output: "See you", messages };
    const { longest } = countTokens({ rows: (split) => (split === "train" ? [talk] : []) }, { tokenizer, name: "bytes", format: "chat" });
    expect(longest).toBe(encodeExample(tokenizer, talk, "chat", 10_000).ids.length);
  });
});
