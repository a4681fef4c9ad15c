import { describe, expect, it } from "vitest";
import { parseYaml } from "./yaml.ts";

describe("parseYaml", () => {
  it("reads any shape, also with tags it does not know", () => {
    expect(parseYaml("a: 1\nb: [x, '2']\n")).toEqual({ a: 1, b: ["x", "2"] });
    expect(parseYaml("- !!python/tuple [1, 2]\n- ${model.lr}\n")).toEqual([[1, 2], "${model.lr}"]);
    expect(parseYaml("")).toBeNull();
  });

  it("refuses what is no YAML", () => {
    expect(() => parseYaml("a: [1\nb: }")).toThrow(SyntaxError);
  });

  it("refuses aliases that expand without end", () => {
    const levels = Array.from({ length: 9 }, (_value, at) => `l${at + 1}: &l${at + 1} [${Array(9).fill(`*l${at}`).join(", ")}]`);
    expect(() => parseYaml(["l0: &l0 [ha, ha]", ...levels].join("\n"))).toThrow("Excessive alias count");
  });
});
