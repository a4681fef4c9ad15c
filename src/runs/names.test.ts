import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDatedName, formatRunName, modelLabel, parseDatedName, parseRunName } from "./names.ts";
import { formatDatedStamp, formatStamp, parseDatedStamp, parseStamp } from "./stamps.ts";

const startedAt = new Date("2025-10-15T12:00:00Z");

describe("formatRunName", () => {
  it("joins tag, model, phase and UTC time", () => {
    expect(formatRunName({ tag: "ocr_baseline_v1", model: "dbnet-resnet18", phase: "training", startedAt })).toBe("ocr_baseline_v1-dbnet-resnet18_training_20251015_120000");
  });

  it("keeps only letters, digits, dot, dash and underscore", () => {
    expect(formatRunName({ tag: "été = (1)/2", model: "Llama 3.2:1B", phase: "fine_tuning", startedAt })).toBe("ete_1_2-Llama_3.2_1B_fine-tuning_20251015_120000");
  });

  it("gives empty parts their defaults", () => {
    expect(formatRunName({ tag: "", model: "日本", phase: "", startedAt })).toBe("run-unknown_training_20251015_120000");
  });

  it("does not let a tag climb out of its directory", () => {
    expect(formatRunName({ tag: "../../etc", model: "..", phase: "training", startedAt })).toBe("etc-unknown_training_20251015_120000");
  });
});

describe("parseRunName", () => {
  it.each([
    ["ocr_baseline_v1-dbnet-resnet18_training_20251015_120000", "ocr_baseline_v1", "dbnet-resnet18", "training", "2025-10-15T12:00:00.000Z"],
    ["new_norm_receipt_filter-dbnet-unet-mobilenetv3_small_050-unknown_training_20251016_231633", "new_norm_receipt_filter-dbnet-unet-mobilenetv3_small_050", "unknown", "training", "2025-10-16T23:16:33.000Z"],
    ["ocr_training-unknown_training_20251112_120342", "ocr_training", "unknown", "training", "2025-11-12T12:03:42.000Z"],
  ])("reads %s", (name, tag, model, phase, time) => {
    expect(parseRunName(name)).toEqual({ tag, model, phase, startedAt: new Date(time) });
  });

  it.each(["", "20-24-18", "17", "a-b_training_20251399_120000", "ab_training_20251015_120000", "-b_training_20251015_120000", "a-b_training_20251015"])("leaves %j to other schemes", (name) => {
    expect(parseRunName(name)).toBeUndefined();
  });

  it("reads back whatever was written", () => {
    const time = fc.date({ min: new Date("1971-01-01"), max: new Date("2999-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), time, (tag, model, phase, at) => {
        const name = formatRunName({ tag, model, phase, startedAt: at });
        const read = parseRunName(name);
        expect(read).toBeDefined();
        expect(formatRunName(read!)).toBe(name);
        expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
      }),
    );
  });
});

const word = (alphabet: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength }).filter((text) => !/^[.\-_]|[.\-_]$/.test(text));
const second = fc.integer({ min: 0, max: 32_503_679_999 }).map((seconds) => new Date(1000 * seconds));

describe("the grammars", () => {
  it("read a hierarchical name back to what it was made of", () => {
    const tag = word("aZ09._", 64);
    const model = word("aZ09._-", 64).filter((text) => !text.endsWith("-unknown"));
    fc.assert(fc.property(fc.record({ tag, model, phase: word("aZ09.-", 32), startedAt: second }), (name) => {
      expect(parseRunName(formatRunName(name))).toEqual(name);
    }));
  });

  it("read a dated name back to what it was made of", () => {
    const member = fc.option(fc.nat({ max: 999_999_999 }), { nil: undefined });
    fc.assert(fc.property(second, member, (startedAt, number) => {
      const name = { startedAt, ...(number !== undefined && { member: number }) };
      expect(parseDatedName(formatDatedName(name))).toEqual(name);
    }));
  });

  it("read local times back, except within the hour that a clock shows twice", () => {
    fc.assert(fc.property(second, (time) => {
      const read = parseStamp(formatStamp(time, "local"), "local")!;
      expect(formatStamp(read, "local")).toBe(formatStamp(time, "local"));
      expect(Math.abs(read.getTime() - time.getTime())).toBeLessThanOrEqual(7_200_000);
      expect(formatDatedStamp(parseDatedStamp(formatDatedStamp(time, "local"), "local")!, "local")).toBe(formatDatedStamp(time, "local"));
    }));
  });

  it("shorten an over-long part to a hash of the whole, and fit every file system", () => {
    const long = (end: string) => formatRunName({ tag: "t".repeat(300) + end, model: "m".repeat(300) + end, phase: "p".repeat(300) + end, startedAt });
    expect(long("a").length).toBeLessThanOrEqual(200);
    expect(long("a")).not.toBe(long("b"));
    expect(formatRunName(parseRunName(long("a"))!)).toBe(long("a"));
  });

  it.each(["2026-03-01", "2026-03-01/12-00", "2026-02-30/12-00-00", "2026-03-01/12-00-00/x", "2026-03-01/12-00-00/03", "2026-03-01/12-00-00/1/2", "a/2026-03-01/12-00-00"])("leave %j to others", (text) => {
    expect(parseDatedName(text)).toBeUndefined();
  });
});

describe("stamps and labels", () => {
  it("is UTC, to the second", () => {
    expect(formatStamp(new Date("2026-01-02T03:04:05.999Z"))).toBe("20260102_030405");
    expect(parseStamp("20250230_000000")).toBeUndefined();
  });

  it("names a model by the last segment of its path", () => {
    expect(modelLabel("mistralai/Mistral-7B-v0.1")).toBe("Mistral-7B-v0.1");
    expect(modelLabel("./models/tiny.gguf")).toBe("tiny");
    expect(modelLabel("./assets/base/")).toBe("base");
  });
});
