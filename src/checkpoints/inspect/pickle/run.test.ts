import { describe, expect, it } from "vitest";
import { PICKLE_LIMITS } from "./limits.ts";
import { toPlain } from "./plain.ts";
import { readPickle, type ReadPickle } from "./run.ts";
import { createPickleSource } from "./source.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const read = (program: string, limits = PICKLE_LIMITS): ReadPickle => {
  const bytes = latin1(program);
  return readPickle(createPickleSource((offset, length) => bytes.subarray(offset, offset + length), 0, bytes.length), limits);
};
const plain = (program: string): unknown => toPlain(read(program).value);
const u32 = (value: number): string => String.fromCharCode(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255);

describe("a pickle", () => {
  it.each<[string, string, unknown]>([
    ["truth in the oldest spelling", "I01\n.", true],
    ["whole numbers of every width", "(K\x05M\x00\x01J\xff\xff\xff\xffL-12L\n\x8a\x02\x00\xfft.", [5, 256, -1, -12, -256]],
    ["an integer past 2^53", "\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x40.", "4611686018427387904"],
    ["numbers that are none", "(Fnan\nF-inf\nF1.5\nt.", ["NaN", "-Infinity", 1.5]],
    ["text with escapes", "(S'a\\x41\\n'\nVb\\u00e4\nt.", ["aA\n", "bä"]],
    ["text of every width", "(X\x01\x00\x00\x00a\x8c\x01b\x8d\x01\x00\x00\x00\x00\x00\x00\x00ct.", ["a", "b", "c"]],
    ["a dictionary with keys that are no text", "}(K\x01K\x02K\x03K\x04\x86K\x05u.", { "1": 2, "[3,4]": 5 }],
    ["a key that JavaScript knows", "}X\x09\x00\x00\x00__proto__K\x01s.", JSON.parse('{"__proto__":1}')],
  ])("holds %s", (_what, program, expected) => {
    expect(plain(program)).toEqual(expected);
  });

  it("calls nothing, and lists what it was asked to call", () => {
    const { value, refused } = read("cos\nsystem\n(S'rm -rf /'\ntR.");
    expect(toPlain(value)).toEqual({ refused: "os.system", args: ["rm -rf /"] });
    expect(refused).toMatchObject([{ type: { module: "os", name: "system" }, calls: 1 }]);
  });

  it.each<[string, string]>([
    ["REDUCE", "cbuiltins\neval\n(S'1'\ntR."],
    ["INST", "(S'1'\nibuiltins\neval\n."],
    ["OBJ", "(cbuiltins\neval\nS'1'\no."],
    ["NEWOBJ", "cbuiltins\neval\n(S'1'\nt\x81."],
    ["NEWOBJ_EX", "cbuiltins\neval\n(S'1'\nt}\x92."],
    ["STACK_GLOBAL", "\x8c\x08builtins\x8c\x04eval\x93(S'1'\ntR."],
    ["an imitated function", "ctorch._tensor\n_rebuild_from_type_v2\n(cbuiltins\neval\nN(S'1'\nttR."],
    ["copyreg", "ccopy_reg\n_reconstructor\n(cbuiltins\neval\nNNtR."],
  ])("refuses a name reached by %s", (_what, program) => {
    expect(read(program).refused.map(({ type }) => `${type.module}.${type.name}`)).toContain("builtins.eval");
  });

  it.each<[string, string, RegExp]>([
    ["cut off", "(K\x05", /it ends at byte 3, in the middle of a value/],
    ["an unknown operation", "\xff.", /0xff, which is no pickle operation/],
    ["an empty stack", "0.", /empty stack/],
    ["a value from below a mark", "N(R.", /empty stack/],
    ["a mark that was never set", "Nt.", /never opened/],
    ["a memory that was never kept", "h\x07.", /never remembered/],
    ["a text longer than the file", `X${u32(2_000_000_000)}a.`, /announces 2000000000 bytes, 2 are left|in the middle/],
    ["a number longer than the file", `\x8b${u32(2_000_000_000)}a.`, /announces 2000000000 bytes/],
    ["a number of negative length", `\x8b${u32(-5)}a.`, /a number of -5 bytes/],
    ["a future protocol", "\x80\x09N.", /protocol 9/],
    ["a list that is none", "NK\x01a.", /no list/],
    ["a key without a value", "}(K\x01u.", /a key without a value/],
    ["buffers outside", "\x97.", /buffers outside/],
    ["digits without end", `I${"9".repeat(5000)}\n.`, /a line is longer/],
  ])("is refused for %s", (_what, program, message) => {
    expect(() => read(program)).toThrow(message);
    expect(() => read(program)).toThrow(SyntaxError);
  });

  it("that holds itself ends", () => {
    expect(plain("]q\x00h\x00a.")).toEqual(["(itself)"]);
    expect(plain("}q\x00S'a'\nh\x00s.")).toEqual({ a: "(itself)" });
  });

  it("of a billion laughs is told in a few thousand words", () => {
    const levels = Array.from({ length: 30 }, () => `q\x00(${"h\x00".repeat(10)}t`).join("");
    expect(JSON.stringify(plain(`(K\x01t${levels}.`)).length).toBeLessThan(200_000);
  });

  it("nested a hundred thousand deep is read and cut", () => {
    expect(JSON.stringify(plain(`${"(".repeat(100_000)}N${"t".repeat(100_000)}.`)).length).toBeLessThan(200);
  });

  it("keeps within its limits", () => {
    const limits = { ...PICKLE_LIMITS, operations: 1000, memo: 10, nodes: 500, stack: 300 };
    expect(() => read(`N${"N0".repeat(600)}.`, limits)).toThrow(/more than (?:500 values|1000 operations)/);
    expect(() => read(`${"N".repeat(400)}.`, limits)).toThrow(/stacks more than 300/);
    expect(() => read(`${"(".repeat(400)}.`, limits)).toThrow(/opens more than 300/);
    expect(() => read(`N${Array.from({ length: 20 }, (_, at) => `q${String.fromCharCode(at)}`).join("")}.`, limits)).toThrow(/remembers more than 10/);
    expect(() => read(`(${"N".repeat(100)}lq\x00${"cbuiltins\nlist\nh\x00\x85R0".repeat(20)}.`, limits)).toThrow(/more than 500 values/);
  });

  it("passes over a text that is too long and keeps its length", () => {
    expect(toPlain(read("X\x05\x00\x00\x00hello.", { ...PICKLE_LIMITS, textBytes: 4 }).value)).toBe("(5 bytes of text)");
  });
});
