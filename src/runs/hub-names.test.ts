import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHubName, HUB_NAME_LIMIT, parseHubName, type HubName } from "./hub-names.ts";

const at = (text: string) => new Date(`${text}Z`);

const SEEN: readonly (readonly [string, HubName])[] = [
  ["your-username/llama3-medical-ner-lora-20251029_143110", { owner: "your-username", base: "llama3-medical-ner-lora", kind: "run", stamp: at("2025-10-29T14:31:10") }],
  ["your-username/llama3-medical-ner-checkpoint-750-20251111_093839", { owner: "your-username", base: "llama3-medical-ner", kind: "checkpoint", step: 750, stamp: at("2025-11-11T09:38:39") }],
  ["your-username/llama3-medical-ner-lora-final-20251104_161245", { owner: "your-username", base: "llama3-medical-ner-lora", kind: "final", stamp: at("2025-11-04T16:12:45") }],
  ["your-username/llama3-medical-ner-lora", { owner: "your-username", base: "llama3-medical-ner-lora", kind: "unversioned" }],
  ["x/llama3-medical-ner-lora-high-lr-test-20240115_143022", { owner: "x", base: "llama3-medical-ner-lora", experiment: "high-lr-test", kind: "run", stamp: at("2024-01-15T14:30:22") }],
  ["x/llama3-medical-ner-lora-experiment-v1", { owner: "x", base: "llama3-medical-ner-lora", experiment: "experiment-v1", kind: "unversioned" }],
  ["x/llama3-medical-ner-lora-1029_1431", { owner: "x", base: "llama3-medical-ner-lora", kind: "run", shortStamp: "1029_1431" }],
  ["llama-3.2-3b-medical-ner-20251029_143110", { base: "llama-3.2-3b-medical-ner", kind: "run", stamp: at("2025-10-29T14:31:10") }],
  ["baobabtech/water-conflict-training-data-v1.0", { owner: "baobabtech", base: "water-conflict-training-data", kind: "version", subject: "dataset", version: { major: 1, minor: 0 } }],
  ["baobabtech/water-conflict-classifier-v1.5-retry", { owner: "baobabtech", base: "water-conflict-classifier", kind: "version", subject: "model", version: { major: 1, minor: 5, prerelease: "retry" } }],
];

describe("parseHubName", () => {
  it.each(SEEN)("reads %s", (id, expected) => {
    expect(parseHubName(id)).toEqual(expected);
    expect(formatHubName(expected)).toBe(id);
  });

  it.each(["", "a/b/c", "/x", "x/", "-x", "a b", "x/é"])("refuses %j", (id) => {
    expect(parseHubName(id)).toBeUndefined();
  });

  it("takes a date that is none for a part of the name", () => {
    expect(parseHubName("x/m-20251399_120000")).toEqual({ owner: "x", base: "m-20251399_120000", kind: "unversioned" });
  });
});

const word = fc.string({ unit: fc.constantFrom(..."abZ09._-"), minLength: 1, maxLength: 60 });
const stamp = fc.integer({ min: 0, max: 32_503_679_999 }).map((seconds) => new Date(1000 * seconds));
const owner = fc.option(word, { nil: undefined });
const anyName = fc.oneof(
  fc.record({ kind: fc.constant("run" as const), owner, base: word, experiment: fc.option(word, { nil: undefined }), stamp }),
  fc.record({ kind: fc.constant("final" as const), owner, base: word, stamp }),
  fc.record({ kind: fc.constant("checkpoint" as const), owner, base: word, step: fc.nat(), stamp }),
  fc.record({ kind: fc.constant("unversioned" as const), owner, base: fc.string() }),
);

describe("formatHubName", () => {
  it("is read back to what it was made of", () => {
    const part = fc.array(fc.constantFrom("llama3", "medical", "Ner_2", "x.y"), { minLength: 1, maxLength: 4 }).map((words) => words.join("-"));
    const canonical = fc.oneof(
      fc.record({ kind: fc.constant("run" as const), owner: part, base: part, stamp }),
      fc.record({ kind: fc.constant("run" as const), owner: part, base: part.map((text) => `${text}-lora`), experiment: part, stamp }),
      fc.record({ kind: fc.constant("final" as const), owner: part, base: part, stamp }),
      fc.record({ kind: fc.constant("checkpoint" as const), owner: part, base: part, step: fc.nat(), stamp }),
      fc.record({ kind: fc.constant("unversioned" as const), owner: part, base: part }),
    );
    fc.assert(fc.property(canonical, (name) => {
      expect(parseHubName(formatHubName(name))).toEqual(name);
    }));
  });

  it("writes only what the Hub takes, and the same again for what was read", () => {
    fc.assert(fc.property(anyName, (name) => {
      const id = formatHubName(name);
      const repository = id.slice(id.indexOf("/") + 1);
      expect(repository).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/);
      expect(repository).not.toMatch(/--|\.\.|\.git$/);
      expect(formatHubName(parseHubName(id)!)).toBe(id);
    }), { numRuns: 500 });
  });

  it("shortens the experiment first, then the base, and keeps two long names apart", () => {
    const long = (experiment: string, base = "llama3-medical-ner-lora") => formatHubName({ owner: "x", base, kind: "run", experiment, stamp: at("2024-01-15T14:30:22") });
    expect(long("e".repeat(90))).toMatch(/^x\/llama3-medical-ner-lora-[0-9a-f]{8}-20240115_143022$/);
    expect(long("e".repeat(90))).not.toBe(long("e".repeat(91)));
    const both = long("e".repeat(90), `${"b".repeat(90)}-lora`);
    expect(both.slice(2)).toHaveLength(HUB_NAME_LIMIT);
    expect(both).toMatch(/^x\/b+_[0-9a-f]{8}-20240115_143022$/);
  });
});
