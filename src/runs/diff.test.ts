import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffConfigs, formatConfigDiff } from "./diff.ts";

describe("diffConfigs", () => {
  it("tells what was added, removed and changed, as deep as it lies", () => {
    const changes = diffConfigs(
      { lr: 2e-4, lora: { r: 8, targets: ["q", "v"] }, seed: 42, sampling: { size: 10 }, same: { a: 1, b: 2 } },
      { lr: 1e-4, lora: { r: 8, targets: ["q"], dropout: 0.1 }, warmup: { steps: 10 }, sampling: "none", same: { b: 2, a: 1 } },
    );
    expect(formatConfigDiff(changes)).toBe(`+ lora.dropout: 0.1
~ lora.targets: ["q","v"] → ["q"]
~ lr: 0.0002 → 0.0001
~ sampling: {"size":10} → none
- seed: 42
+ warmup.steps: 10`);
  });

  it("tells texts from numbers and hides no control characters", () => {
    expect(formatConfigDiff(diffConfigs({ a: "8", b: "\u001b[31m", c: null }, { a: 8, b: "x y", c: "null" }))).toBe('~ a: "8" → 8\n~ b: "\\u001b[31m" → "x y"\n~ c: null → "null"');
  });

  it("finds nothing between a configuration and itself, and turns round with its arguments", () => {
    const config = fc.dictionary(fc.string({ maxLength: 4 }), fc.oneof(fc.integer(), fc.string(), fc.dictionary(fc.string({ maxLength: 3 }), fc.integer(), { maxKeys: 3 })), { maxKeys: 4 });
    fc.assert(fc.property(config, config, (a, b) => {
      expect(diffConfigs(a, a)).toEqual([]);
      const [there, back] = [diffConfigs(a, b), diffConfigs(b, a)];
      expect(back.filter(({ kind }) => kind === "added").map(({ path }) => path)).toEqual(there.filter(({ kind }) => kind === "removed").map(({ path }) => path));
      expect(back.length).toBe(there.length);
    }), { seed: 3 });
  });
});
