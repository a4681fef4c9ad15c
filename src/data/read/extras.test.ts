import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeSplitsOf } from "../../../test/helpers/written-splits.ts";
import type { Row, Splits } from "../row.ts";
import { readRows } from "./read.ts";

const home = mkdtempSync(join(tmpdir(), "tunesmith-extras-"));
afterAll(() => rmSync(home, { recursive: true }));

const row = (id: string, parts: Partial<Row> = {}): Row => ({ id, instruction: `Name ${id}.`, input: "", output: `It is ${id}.`, ...parts });

describe("a dataset that was prepared here", () => {
  it("is read again with all that its rows hold", async () => {
    const messages: Row["messages"] = [{ role: "user", content: "One?" }, { role: "assistant", content: "1" }, { role: "user", content: "Two?" }, { role: "assistant", content: "2" }];
    const splits: Splits = {
      train: [
        row("a", { labels: ["x", "y"], task: "t", group: "g" }),
        row("b", { input: "Take aspirin, 🙂.", entities: [{ type: "Drug", text: "aspirin", start: 5, end: 12 }, { type: "Sign", text: "🙂" }] }),
        { id: "c", instruction: "Two?", input: "User: One?\nAssistant: 1", output: "2", messages },
        row("d", { labels: [] }),
      ],
      validation: [row("e", { system: "Be brief." })],
      test: [],
    };
    writeSplitsOf(join(home, "prepared"), splits);
    const { rows } = await readRows(join(home, "prepared"));
    expect(rows.map((one) => one.row)).toEqual([...splits.train, ...splits.validation]);
  });
});

describe("labels and entities beside an instruction", () => {
  const read = async (record: object): Promise<Row> => {
    const path = join(home, "a.jsonl");
    writeFileSync(path, JSON.stringify(record));
    return (await readRows(path)).rows[0]!.row;
  };

  it("are read along where they are lists of them", async () => {
    expect(await read({ instruction: "i", input: "abc", output: "o", labels: ["x"], entities: [[0, 1, "T"]] })).toMatchObject({ labels: ["x"], entities: [{ type: "T", text: "a", start: 0, end: 1 }] });
  });

  it("are left alone where they mean something else", async () => {
    const { labels, entities } = await read({ instruction: "i", input: "abc", output: "o", labels: [1, 0], entities: [{ start: 90, end: 99, label: "T" }] });
    expect([labels, entities]).toEqual([undefined, undefined]);
  });
});
