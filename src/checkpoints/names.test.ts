import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatBestName, formatCheckpointName, formatParsedName, parseCheckpointName } from "./names.ts";

describe("formatCheckpointName", () => {
  it("pads epoch to two and step to six digits", () => {
    expect(formatCheckpointName({ epoch: 2, step: 400 })).toBe("epoch-02_step-000400");
    expect(formatCheckpointName({ epoch: 0, step: 0 })).toBe("epoch-00_step-000000");
  });

  it("grows past its widths", () => {
    expect(formatCheckpointName({ epoch: 123, step: 12345678 })).toBe("epoch-123_step-12345678");
  });

  it("puts the last path segment of a metric behind, with four decimals", () => {
    expect(formatCheckpointName({ epoch: 5, step: 205, metric: { name: "val/hmean", value: 0.87564 } })).toBe("epoch-05_step-000205_hmean-0.8756");
  });

  it("writes only letters, digits, dot, dash and underscore", () => {
    expect(formatBestName({ name: "val/F1 (micro)", value: 0.5 })).toBe("best-F1_micro_-0.5000");
  });

  it("refuses numbers that cannot be a place in a training", () => {
    expect(() => formatCheckpointName({ epoch: -1, step: 0 })).toThrow("epoch must be a whole number >= 0, current value is -1");
    expect(() => formatBestName({ name: "loss", value: Number.NaN })).toThrow("its value is NaN, a finite number is needed");
  });
});

describe("parseCheckpointName", () => {
  it.each([
    ["epoch-22_step-001932.ckpt", { kind: "step", epoch: 22, step: 1932 }],
    ["epoch-18_step-003895.ckpt", { kind: "step", epoch: 18, step: 3895 }],
    ["epoch-05_step-000205_hmean-0.8756.ckpt", { kind: "step", epoch: 5, step: 205, metric: { name: "hmean", value: 0.8756 } }],
    ["best-hmean-0.8920", { kind: "best", metric: { name: "hmean", value: 0.892 } }],
    ["best-loss-0.0234.ckpt", { kind: "best", metric: { name: "loss", value: 0.0234 } }],
    ["best-eval_loss-1.0000", { kind: "best", metric: { name: "eval_loss", value: 1 } }],
    ["best.ckpt", { kind: "best" }],
    ["best-v1.ckpt", { kind: "best", rank: 1 }],
    ["best-v2.ckpt", { kind: "best", rank: 2 }],
    ["last.ckpt", { kind: "last" }],
    ["last", { kind: "last" }],
    ["ocr_epoch-01_step-000010_v3.ckpt", { kind: "step", epoch: 1, step: 10, prefix: "ocr", rank: 3 }],
  ])("reads %s", (name, expected) => {
    expect(parseCheckpointName(name)).toEqual(expected);
  });

  it.each(["", "checkpoint-100", "epoch-1", "epoch-01_step-0001extra", "lastly", "best-of", ".FAILURE"])("does not take %j for a checkpoint", (name) => {
    expect(parseCheckpointName(name)).toBeUndefined();
  });

  it("reads back whatever was written, and nothing else is ever written", () => {
    const word = fc.stringMatching(/^[a-z]{1,6}([_.][a-z]{1,6}){0,2}$/);
    const metric = fc.record({ name: word, value: fc.integer({ min: -50_000_000, max: 50_000_000 }).map((n) => n / 10_000 + 0) });
    const beside = { prefix: word, rank: fc.nat(99) };
    const name = fc.oneof(
      fc.record({ kind: fc.constant("step" as const), epoch: fc.nat(100_000), step: fc.nat(2 ** 31 - 1), metric, ...beside }, { requiredKeys: ["kind", "epoch", "step"] }),
      fc.record({ kind: fc.constant("best" as const), metric, ...beside }, { requiredKeys: ["kind"] }),
      fc.record({ kind: fc.constant("last" as const), ...beside }, { requiredKeys: ["kind"] }),
    );
    fc.assert(
      fc.property(name, fc.constantFrom("", ".ckpt"), (parts, extension) => {
        expect(parseCheckpointName(formatParsedName(parts) + extension)).toEqual(parts);
      }),
    );
  });

  it("writes only what every shell and file system takes, whatever the metric and prefix are called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), fc.double({ noNaN: true, min: -1e20, max: 1e20 }), (prefix, metric, value) => {
        const formatted = formatParsedName({ kind: "best", prefix, metric: { name: `x${metric.replaceAll("/", ":")}`, value } });
        expect(formatted).toMatch(/^[A-Za-z0-9._-]+$/);
        expect(parseCheckpointName(formatted)?.kind).toBe("best");
      }),
    );
  });
});
