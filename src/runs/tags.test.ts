import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatTagMessage, formatVersionTag, parseTagList, parseTagMessage, parseVersionTag } from "./tags.ts";

describe("parseVersionTag", () => {
  it.each([
    ["v2.5", { subject: "model", version: { major: 2, minor: 5 } }],
    ["d1.3", { subject: "dataset", version: { major: 1, minor: 3 } }],
    ["v1.5-retry", { subject: "model", version: { major: 1, minor: 5, prerelease: "retry" } }],
    ["v1", { subject: "model", version: { major: 1, minor: 0 } }],
    ["refs/tags/v1.0", { subject: "model", version: { major: 1, minor: 0 } }],
  ])("reads %s", (name, expected) => {
    expect(parseVersionTag(name)).toEqual(expected);
  });

  it.each(["", "v", "latest", "1.0", "dv1.0", "vd1.0", "v1.0 final", "draft-1"])("passes over %j", (name) => {
    expect(parseVersionTag(name)).toBeUndefined();
  });

  it("reads back whatever was written", () => {
    const version = fc.record({ major: fc.nat(999), minor: fc.nat(999), prerelease: fc.constantFrom("rc1", "retry", "a.b-c") }, { requiredKeys: ["major", "minor"] });
    fc.assert(fc.property(fc.constantFrom("model" as const, "dataset" as const), version, (subject, number) => {
      expect(parseVersionTag(formatVersionTag({ subject, version: number }))).toEqual({ subject, version: number });
    }));
  });
});

describe("a tag's message", () => {
  it("carries the numbers of seed 001", () => {
    expect(parseTagMessage("Version v1.2 | F1=0.8765 | Acc=0.8234 | samples=1200")).toEqual({ F1: 0.8765, Acc: 0.8234, samples: 1200 });
    expect(parseTagMessage("Dataset d1.3 | train=2937 | test=519 | sampled=1200")).toEqual({ train: 2937, test: 519, sampled: 1200 });
    expect(parseTagMessage("free text = nothing | F1=high")).toEqual({});
  });

  it("is written to the character, without what is not known", () => {
    expect(formatTagMessage("v1.2", { f1: 0.8765, accuracy: 0.8234, samples: 1200 })).toBe("Version v1.2 | F1=0.8765 | Acc=0.8234 | samples=1200");
    expect(formatTagMessage("v1.3", { samples: 7 })).toBe("Version v1.3 | samples=7");
  });

  it("is listed behind its name, as git prints it", () => {
    expect(parseTagList("v1.0            Version v1.0 | F1=0.8\n\nd1.0\r\n")).toEqual([{ name: "v1.0", message: "Version v1.0 | F1=0.8" }, { name: "d1.0" }]);
  });
});
