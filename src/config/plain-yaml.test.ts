import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { readPlainYaml } from "./plain-yaml.ts";

describe("readPlainYaml", () => {
  it("reads what programs write", () => {
    const text = "schema_version: '1.0'\ntraining:\n  epoch: 18\n  phase: training\nmodel:\n  in_channels:\n  - 64\n  - 128\n  params: {}\nmetrics:\n  hmean: 0.9525\n  none:\nlast: true\n";
    expect(readPlainYaml(text)).toEqual({ schema_version: "1.0", training: { epoch: 18, phase: "training" }, model: { in_channels: [64, 128], params: {} }, metrics: { hmean: 0.9525, none: null }, last: true });
  });

  it.each(["", "- a", "a: |\n  text", "a: &x 1", "a: *x", "a: [1, 2]", "a: b # c", "a: b: c", "a: 'it''s'", 'a: "\\n"', "a: 1\na: 2", "a: 010", "a: .5", "a: b\n  c: d", "a:\n  - b: c", "a: x\n continued", "---\na: 1", "a: 1e5", "a: !!str x", "? a", "a:\tb", "a: '2025-10-18' x", "null: 1", "a:\n    b: 1\n  c: 2", "a: 2025-10-18"])(
    "leaves %j to the whole parser",
    (text) => expect(readPlainYaml(text)).toBeUndefined(),
  );

  it("agrees with the whole parser wherever it answers", () => {
    const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom("unknown", "val/hmean", "0x1F", "1_000", "yes", ".inf", "12e3", "~", "a b", "1.0", "-"));
    const key = fc.oneof(fc.stringMatching(/^[a-z_]{1,6}$/), fc.string());
    const { value } = fc.letrec((tie) => ({ value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(key, tie("value"), { maxKeys: 4 })) }));
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 5 }), fc.constantFrom(0, 2), (document, indent) => {
        const text = stringify(document, { indent: 2, indentSeq: indent === 2, lineWidth: 0 });
        const plain = readPlainYaml(text);
        if (plain !== undefined) expect(plain).toEqual(parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it("agrees with the whole parser on lines put together at random", () => {
    const line = fc.constantFrom("a: 1", "b:", "  c: x", "  d:", "    e: 'f'", "  - 1", "- 2", "    - x y", "", "g: 1.5", "h: {}", " i: 2", "b: 3", "j: true", "  k: null");
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const text = lines.join("\n");
        const plain = readPlainYaml(text);
        if (plain !== undefined) expect(plain).toEqual(parse(text));
      }),
      { numRuns: 2000 },
    );
  });
});
