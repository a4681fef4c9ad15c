// Files that are not what their names say, or not what anybody wrote on purpose: each ends in a message that names file, row and field.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { readRows } from "./read.ts";

const home = mkdtempSync(join(tmpdir(), "tunesmith-hostile-"));
afterAll(() => rmSync(home, { recursive: true }));

/** The message of the error, or the rows. */
async function read(name: string, contents: string | Uint8Array): Promise<unknown> {
  const path = join(home, name);
  writeFileSync(path, contents);
  try {
    return (await readRows(path)).rows.map(({ row }) => row);
  } catch (thrown) {
    if (!(thrown instanceof TunesmithError)) throw thrown;
    return thrown.message.replaceAll(`${home}/`, "");
  }
}

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const TEXT_KINDS = ["jsonl", "json", "csv", "tsv", "bio"];

describe("a file of another kind than its name says", () => {
  it.each(TEXT_KINDS)("is told from one fault each, as .%s", async (kind) => {
    const told = async (bytes: string | Uint8Array): Promise<unknown> => await read(`a.${kind}`, bytes);
    expect(await told(utf16('{"text":"a"}'))).toContain(`Cannot read a.${kind}: 1 fault\n  it is UTF-16, needed is UTF-8`);
    expect(await told(utf16('{"text":"a"}').swap16())).toContain("it is UTF-16");
    expect(await told(utf16('{"text":"a"}').subarray(2))).toContain("it is no text in UTF-8: it is full of NUL bytes");
    expect(await told(Buffer.alloc(1000))).toContain("full of NUL bytes");
    expect(await told("PK\u0003\u0004workbook")).toContain("it is a ZIP archive");
    expect(await told("PAR1…PAR1")).toContain("it is Parquet");
    expect(await told("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")).toContain("it is a pointer of Git LFS");
    expect(await told("\n<!DOCTYPE html>\n<html>")).toContain("it is a web page");
  });

  it.each(["parquet", "arrow", "feather"])("is told as .%s", async (kind) => {
    expect(await read(`a.${kind}`, "version https://git-lfs.github.com/spec/v1\n")).toContain("it is a pointer of Git LFS");
    expect(await read(`a.${kind}`, "text,label\n")).toContain("that can be read");
  });

  it.each(TEXT_KINDS)("may begin with a byte-order mark, as .%s", async (kind) => {
    const contents = { jsonl: '{"text":"a"}', json: '[{"text":"a"}]', csv: "text\na", tsv: "text\na", bio: "a O" }[kind]!;
    expect(await read(`b.${kind}`, `\ufeff${contents}\n`)).toHaveLength(1);
  });
});

describe("a file that gzip compressed", () => {
  it.each(["a.jsonl.gz", "a.json.gz", "a.csv.gz", "a.tsv.gz", "a.bio.gz", "a.jsonl"])("is unpacked as it is read, as %s", async (name) => {
    const rows = { jsonl: '{"text":"a"}\n{"text":"b"}\n', json: '[{"text":"a"},{"text":"b"}]', csv: "text\na\nb\n", tsv: "text\na\nb\n", bio: "a O\n\nb O\n" }[name.split(".")[1]!]!;
    expect(await read(name, gzipSync(rows))).toHaveLength(2);
  });

  it("is refused where it is damaged, cut off, or no file that compresses itself would be read", async () => {
    const packed = gzipSync('{"text":"abcdefghij"}\n'.repeat(1000));
    expect(await read("a.jsonl.gz", packed.subarray(0, 60))).toBe("Cannot read a.jsonl.gz: it cannot be unpacked: unexpected end of file");
    packed[30]! ^= 0xff;
    expect(await read("b.jsonl.gz", packed)).toMatch(/^Cannot read b\.jsonl\.gz: /);
    expect(await read("a.parquet.gz", packed)).toContain("it is not a file ending in one of");
  });

  it("is read on no further than a row may go, however small it was packed", async () => {
    expect(await read("bomb.csv.gz", gzipSync(Buffer.concat([Buffer.from('text\n"'), Buffer.alloc(90 << 20, "x")])))).toContain("row 1, line 2: it is longer than 67108864 characters");
  });
});

describe("CSV", () => {
  it("is refused with two columns of one name", async () => {
    expect(await read("a.csv", "prompt,Prompt ,completion\na,b,c\n")).toBe("Cannot read a.csv: 1 fault\n  line 1: its header has the column prompt twice");
    expect(await read("a.csv", "prompt,completion,,\na,b,,\n")).toHaveLength(1);
  });

  it("is refused with thousands of columns", async () => {
    expect(await read("a.csv", `${Array.from({ length: 3000 }, (_, index) => `c${index}`).join(",")}\n`)).toContain("line 1: its header has 3000 columns, at most 2000 are read");
  });

  it("names the row in which a quote is opened and never closed, however much follows", async () => {
    expect(await read("a.csv", `prompt,completion\na,b\nc,"d\n${"e,f\n".repeat(300_000)}`)).toContain("row 2, line 3: Quoted field unterminated");
  });

  it("is refused where lines end in two ways, which would make one row of several", async () => {
    expect(await read("a.csv", "text\r\na\nb\r\nc\r\n")).toBe("Cannot read a.csv: 1 fault\n  row 1, line 2: a line in it ends otherwise than the first line of the file: end all in the same way");
    expect(await read("a.csv", 'text\r\n"a\nb"\r\nc\r\n')).toHaveLength(2);
  });

  it("names rows with too many and too few cells", async () => {
    expect(await read("a.csv", `prompt,completion\na\n${"b,".repeat(100_000)}\nc,d\n`)).toContain("2 faults\n  row 1, line 2: it has 1 cells, the header has 2\n  row 2, line 3: it has 100001 cells");
  });
});

describe("BIO", () => {
  it("is refused where a line holds too much for a token and its tag, or no empty line ends a sentence", async () => {
    expect(await read("a.bio", `a O\n${"x ".repeat(50_000)}O\n`)).toBe("Cannot read a.bio: 1 fault\n  row 1, line 2: it has 100001 characters, needed are a token and its tag");
    expect(await read("a.bio", `a O\n\n${"x O\n".repeat(100_001)}`)).toBe("Cannot read a.bio: 1 fault\n  row 2, line 3: it has more than 100000 tokens: an empty line ends a sentence");
  });

  it("takes # with a tag for a token, and other lines that begin with it for comments", async () => {
    expect(await read("a.bio", "# sentence 1\n# O\n5 B-Rank\n")).toMatchObject([{ input: "# 5" }]);
  });
});

describe("columns", () => {
  it("are refused where two have one name but for case", async () => {
    expect(await read("a.jsonl", '{"prompt":"a","completion":"b"}\n{"prompt":"a","Prompt":"z","completion":"b"}')).toBe("Cannot read a.jsonl: 1 fault\n  row 2, line 2: it has the column prompt twice");
  });

  it("are told in few words where they are many, or long", async () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`c${index}${"x".repeat(100)}`, 1])));
    const told = (await read("a.jsonl", many)) as string;
    expect(told).toContain("… and 4960 more, needed is one of these sets");
    expect(told.length).toBeLessThan(4000);
  });
});

describe("values", () => {
  it("are refused where they are numbers whose digits JSON does not keep", async () => {
    const rows = ['{"prompt":"a","completion":12345678901234567890}', '{"prompt":1e400,"completion":"b"}', '{"prompt":"a","completion":9007199254740991}'];
    expect(await read("a.jsonl", rows.join("\n"))).toBe("Cannot read a.jsonl: 2 faults\n  row 1, line 1: completion is a number of more digits than are kept, needed is text: write it in quotes\n  row 2, line 2: prompt is Infinity, needed is text");
  });

  it("are refused by the name of the field, however deep they are nested", async () => {
    const deep = nested(100_000);
    expect(await read("a.jsonl", `{"prompt":"a","completion":${deep}}`)).toContain("row 1, line 1: completion is a list, needed is text");
    expect(await read("a.jsonl", `{"messages":${deep}}`)).toContain("messages[0].role is missing");
    expect(await read("a.jsonl", `{"text":"a","labels":${deep}}`)).toContain("labels[0] is a list");
    expect(await read("a.csv", `text,entities\na,"${deep}"\n`)).toContain("row 1, line 2: entities[0]");
    expect(await read("a.json", "[".repeat(500_000))).toContain("not valid JSON");
  });

  it("are refused where a row is longer than any model reads", async () => {
    expect(await read("a.jsonl", `{"prompt":"a","completion":"b"}\n{"prompt":"a","completion":"${"x ".repeat(9 << 20)}"}`)).toBe("Cannot read a.jsonl: 1 fault\n  row 2, line 2: it has 18,874,369 characters, at most 16,777,216 are read of one row");
  });

  it("of objects named like members of every object are no columns", async () => {
    expect(await read("a.jsonl", '{"__proto__":{"prompt":"a"},"constructor":"b","completion":"c"}')).toContain("its columns are __proto__, constructor, completion, needed is one of these sets");
    expect(await read("a.csv", "__proto__,prompt,completion\na,b,c\n")).toEqual([{ id: "row-1", instruction: "b", input: "", output: "c" }]);
  });
});

it("ends in rows or in a message, whatever a text file holds", async () => {
  const piece = fc.oneof(fc.constantFrom('"', "{", "}", "[", "]", ",", ":", "\n", "\r", "\t", "\\", "text", '"text"', "label", "O", "B-X ", " ", "null", "1e999", "\u0000", "\ufeff", "\\u", "'"), fc.string({ unit: "binary", maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...TEXT_KINDS), fc.boolean(), fc.array(piece, { maxLength: 30 }), async (kind, hasHeader, pieces) => {
      const head = !hasHeader ? "" : kind === "csv" ? "text,label\n" : kind === "tsv" ? "text\tlabel\n" : kind === "json" ? '[{"text":"a"},' : "";
      await read(`c.${kind}`, head + pieces.join(""));
    }),
    { numRuns: 400 },
  );
});

it("ends in rows or in a message, whatever bytes of a text file are damaged", async () => {
  const whole: Readonly<Record<string, string>> = {
    jsonl: '{"text":"Grüße","label":"a"}\n{"text":"b","label":["c","d"]}\n', json: '[{"text":"a","entities":[{"start":0,"end":1,"label":"X"}]},\n{"text":"b","entities":[]}]',
    csv: 'text,labels\n"a ""b""","[1, 0]"\nc,\n', tsv: "prompt\tcompletion\na\tb\n", bio: "a B-X\nb I-X\n\nc O\n",
  };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...TEXT_KINDS), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(), async (kind, changes, end) => {
      const bytes = Buffer.from(whole[kind]!);
      for (const [place, value] of changes) bytes[place % bytes.length] = value;
      await read(`d.${kind}`, bytes.subarray(0, 1 + (end % bytes.length)));
    }),
    { numRuns: 400 },
  );
});
