import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { TunesmithError } from "../../errors.ts";
import { readRows } from "./read.ts";

const home = mkdtempSync(join(tmpdir(), "tunesmith-read-"));
afterAll(() => rmSync(home, { recursive: true }));

function file(name: string, contents: string): string {
  const path = join(home, name);
  writeFileSync(path, contents);
  return path;
}

const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join("\n");
const read = async (name: string, contents: string) => (await readRows(file(name, contents))).rows.map(({ row }) => row);
const fault = async (name: string, contents: string): Promise<string> => {
  const error = await readRows(file(name, contents)).then(
    () => undefined,
    (thrown: unknown) => thrown as TunesmithError,
  );
  return error?.message.replace(home, "") ?? "no error";
};

describe("a row that lacks a column", () => {
  it("is named with what it lacks, beside whole rows", async () => {
    expect(await fault("a.jsonl", lines({ instruction: "i", output: "o" }, { instruction: "i", input: "x" }, { title: "t" }))).toBe(
      "Cannot read /a.jsonl: 2 faults\n  row 2, line 2: output is missing, its columns are instruction, input\n  row 3, line 3: its columns are title, which is none of the accepted sets",
    );
  });
});

describe("the column sets", () => {
  it("reads instruction, input and output, and takes id, task and group along", async () => {
    expect(await read("a.jsonl", lines({ id: 7, instruction: "i", input: "x", output: "o", task: "t", group: "g", text: "rendered" }))).toEqual([
      { id: "7", instruction: "i", input: "x", output: "o", task: "t", group: "g" },
    ]);
  });

  it("reads prompt and completion", async () => {
    expect(await read("a.jsonl", lines({ prompt: "p", completion: "c" }))).toEqual([{ id: "row-1", instruction: "p", input: "", output: "c" }]);
  });

  it("reads question, answer and context", async () => {
    expect(await read("a.jsonl", lines({ question: "q", answer: 4, context: null }))).toEqual([{ id: "row-1", instruction: "q", input: "", output: "4" }]);
  });

  it("reads plain text as something to write", async () => {
    const { rows, source } = await readRows(file("a.jsonl", lines({ text: "Once." })));
    expect(rows).toEqual([{ number: 1, row: { id: "row-1", instruction: "", input: "", output: "Once." }, plainText: true }]);
    expect(source.columns).toEqual(["text"]);
  });

  it("reads a conversation of one turn", async () => {
    const messages = [{ role: "user", content: "Hi" }, { role: "assistant", content: [{ type: "text", text: "Ho" }] }];
    expect(await read("a.jsonl", lines({ messages }))).toEqual([{ id: "row-1", instruction: "Hi", input: "", output: "Ho" }]);
  });

  it("tells earlier turns in the input and keeps the system text apart", async () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Ho" },
      { role: "user", content: "And?" },
      { role: "assistant", content: "So." },
    ];
    expect(await read("a.jsonl", lines({ messages }))).toEqual([{ id: "row-1", system: "Be brief.", instruction: "And?", input: "User: Hi\nAssistant: Ho", output: "So.", messages }]);
  });

  it("says which turn cannot be read", async () => {
    const user = { role: "user", content: "Hi" };
    expect(await fault("a.jsonl", lines({ messages: [user] }, { messages: [user, { role: "narrator", content: "" }] }, { messages: "Hi" }))).toBe(
      "Cannot read /a.jsonl: 3 faults\n  row 1, line 1: messages end with user, needed is user, assistant\n" +
        '  row 2, line 2: messages[1].role is "narrator", needed is one of system, user, assistant, tool\n  row 3, line 3: messages is a string, needed is a list of { role, content }',
    );
  });

  it("compares column names without case and spaces around them", async () => {
    expect(await read("a.csv", "Question , ANSWER\nq,a\n")).toMatchObject([{ instruction: "q", output: "a" }]);
  });

  it("lists the columns found and the sets accepted", async () => {
    expect(await fault("a.csv", "foo,bar\n1,2\n")).toBe(
      "Cannot read /a.csv: its columns are foo, bar, needed is one of these sets\n" +
        "  messages\n  conversations\n  instruction, output, [input]\n  prompt, completion\n  question, answer, [context]\n  tokens, ner_tags\n  text, entities\n  text, spans\n  text, labels\n  text, label\n  text",
    );
  });

  it("names the rows that alone lack a column", async () => {
    expect(await fault("a.jsonl", lines({ prompt: "p", completion: "c" }, { prompt: "p" }))).toContain("row 2, line 2: completion is missing, its columns are prompt");
  });

  it("refuses values that are no text", async () => {
    expect(await fault("a.jsonl", lines({ prompt: "p", completion: null }, { prompt: ["p"], completion: "c" }, [1]))).toBe(
      "Cannot read /a.jsonl: 3 faults\n  row 1, line 1: completion is null, needed is text\n  row 2, line 2: prompt is a list, needed is text\n  row 3, line 3: it is a list, needed is an object with columns",
    );
  });

  it("refuses an id that two rows have", async () => {
    expect(await fault("a.jsonl", lines({ id: "x", text: "a" }, { id: "x", text: "b" }))).toContain("row 2, line 2: its id x is that of row 1 as well");
  });
});

describe("JSON Lines", () => {
  it("counts rows without blank lines and lines with them", async () => {
    expect(await fault("a.jsonl", `\n{"text":"a"}\n\n{"text":}\n{"text"\n`)).toMatch(/^Cannot read \/a\.jsonl: 2 faults\n {2}row 2, line 4: not valid JSON: .+\n {2}row 3, line 5: not valid JSON: .+$/);
  });

  it("shows twenty faults and counts all", async () => {
    const message = await fault("a.jsonl", "{\n".repeat(25));
    expect(message).toContain("25 faults");
    expect(message.split("\n")).toHaveLength(22);
    expect(message).toMatch(/… and 5 more$/);
  });
});

describe("JSON", () => {
  it("reads a list, and an object with one list", async () => {
    expect(await read("a.json", '[{"text":"a"},{"text":"b"}]')).toHaveLength(2);
    expect(await read("a.json", '{"version":1,"rows":[{"text":"a"}]}')).toHaveLength(1);
  });

  it("reads JSON Lines under the name of JSON", async () => {
    expect(await read("a.json", lines({ text: "a" }, { text: "b" }))).toHaveLength(2);
    const long = { labels: ["a"], text: "x".repeat(400_000) };
    expect(await read("a.json", lines(long, long))).toHaveLength(2);
  });

  it("names every broken row", async () => {
    expect(await fault("a.json", '[\n {"text":"a, ]"},\n {"text":b},\n {"text":"c"},\n {"text" "d"}\n]')).toMatch(
      /^Cannot read \/a\.json: 2 faults\n {2}row 2, line 3: not valid JSON: .+\n {2}row 4, line 5: not valid JSON: .+$/,
    );
  });

  it("names the row a file ends in", async () => {
    expect(await fault("a.json", '[{"text":"a"},\n{"text":"b')).toBe("Cannot read /a.json: 1 fault\n  row 2, line 2: not valid JSON: the file ends inside this row");
  });

  it("refuses an object with several lists, or none", async () => {
    expect(await fault("a.json", '{"a":[],"b":[]}')).toContain("the file holds an object with several lists (a, b), needed is one");
    expect(await fault("a.json", '{"a":[{"text":"a"}],"b":')).toContain("not valid JSON: the file ends inside the object that holds the list");
    expect(await fault("a.json", '{"a":1}')).toContain("the file holds an object without a list, needed is a list of rows");
    expect(await fault("a.json", "3")).toContain("the file holds a number, needed is a list of rows");
  });
});

describe("CSV and TSV", () => {
  it("reads quoted cells with separators and newlines", async () => {
    expect(await read("a.csv", 'question,answer\r\n"a, b","one\ntwo"\r\n')).toMatchObject([{ instruction: "a, b", output: "one\ntwo" }]);
  });

  it("guesses a semicolon", async () => {
    expect(await read("a.csv", "question;answer\na, b;c\n")).toMatchObject([{ instruction: "a, b", output: "c" }]);
  });

  it("separates a TSV by tabs only", async () => {
    expect(await read("a.tsv", "question\tanswer\na, b\tc; d\n")).toMatchObject([{ instruction: "a, b", output: "c; d" }]);
  });

  it("gives the line of a faulty row after a cell with newlines", async () => {
    expect(await fault("a.csv", 'question,answer\n"a\nb\nc",d\n\ne\n')).toBe("Cannot read /a.csv: 1 fault\n  row 2, line 6: it has 1 cells, the header has 2");
  });

  it("gives the row in which a quote is not closed", async () => {
    expect(await fault("a.csv", 'question,answer\na,b\nc,"d\n')).toMatch(/row 2, line 3: .*quot/i);
  });

  it("drops a byte-order mark", async () => {
    expect(await read("a.csv", "\ufeffquestion,answer\na,b\n")).toMatchObject([{ instruction: "a" }]);
  });
});

it("refuses other kinds of file, no file and an empty one", async () => {
  expect(await fault("a.xlsx", "")).toBe("Cannot read /a.xlsx: it is not a file ending in one of .parquet, .arrow, .feather, .jsonl, .ndjson, .json, .csv, .tsv, .conll, .bio, .iob");
  await expect(readRows(join(home, "none.csv"))).rejects.toThrow("there is no such file or directory");
  expect(await fault("a.jsonl", "\n")).toBe("Cannot read /a.jsonl: it holds 0 rows, needed is at least 1");
  expect(await fault("a.csv", "question,answer\n")).toContain("it holds 0 rows");
  expect(await fault("a.json", "[]")).toContain("it holds 0 rows");
});
