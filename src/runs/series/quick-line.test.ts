import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createQuickReader } from "./quick-line.ts";
import { createMetricScanner } from "./scan.ts";

const names = ["loss", "eval/loss", "n"];

function quick() {
  const points: number[][] = [];
  const reader = createQuickReader({ point: (...said) => void points.push(said) });
  for (const [place, name] of names.entries()) reader.learn(name, place);
  reader.learnTime("2026-03-01T12:00:00.000Z", Date.UTC(2026, 2, 1, 12));
  return { points, read: (line: string) => reader.read(`x${line}\n`, 1, 1 + line.length) };
}

/** What the reader of JSON would say of a line. */
function slow(line: string): number[][] {
  const row = JSON.parse(line) as Record<string, unknown>;
  const time = row["time"] === undefined ? Number.NaN : Date.parse(row["time"] as string);
  return Object.keys(row).filter((name) => names.includes(name)).map((name) => [names.indexOf(name), row["step"] as number, time, Number.isFinite(row[name]) ? (row[name] as number) : Number.NaN]);
}

describe("createQuickReader", () => {
  it("says of a line of ours what the reader of JSON says", () => {
    const value = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.NaN), fc.constant(-0));
    const row = fc.record({ step: fc.nat(), loss: value, "eval/loss": value, n: value, ms: fc.nat(59_999) }, { requiredKeys: ["step", "ms"] });
    fc.assert(
      fc.property(row, ({ ms, ...numbers }) => {
        const line = JSON.stringify({ ...numbers, time: new Date(Date.UTC(2026, 2, 1, 12) + ms).toISOString() });
        const { points, read } = quick();
        expect(read(line)).toBe(true);
        expect(points).toEqual(slow(line));
      }),
    );
  });

  it("reads numbers as JSON spells them, and a line without a time", () => {
    for (const number of ["1E5", "1e-7", "-0.5e+2", "0", "-0", "1e999", "null", "12345678901234567890"]) {
      const { points, read } = quick();
      expect(read(`{"step":0,"loss":${number}}`)).toBe(true);
      expect(points).toEqual(slow(`{"step":0,"loss":${number}}`));
    }
  });

  it.each([
    '{"step":01,"loss":1}', '{"step":-1,"loss":1}', '{"step":1.5,"loss":1}', '{"step":12345678901234567,"loss":1}', '{"loss":1,"step":1}', '{"step": 1,"loss":1}',
    '{"step":1,"loss":1.}', '{"step":1,"loss":.5}', '{"step":1,"loss":01}', '{"step":1,"loss":+1}', '{"step":1,"loss":1e}', '{"step":1,"loss":1', '{"step":1,"loss":"1"}', '{"step":1,"loss":nul}',
    '{"step":1,"loss":nullx}', '{"step":1,"other":1}', '{"step":1,"resumed_from":1}', '{"step":1,"loss":1}}', '{"step":1,"loss":1,"time":"2026-03-01T12:01:00.000Z"}',
    '{"step":1,"time":"2026-03-01T12:00:60.000Z"}', '{"step":1,"time":"2026-03-01T12:00:00.000Z","loss":1}', '{"step":1,"time":"2026-03-01T12:00:00Z"}', '{"step":1,"lo', "",
  ])("leaves %s to the reader of JSON", (line) => {
    const { points, read } = quick();
    expect(read(line)).toBe(false);
    expect(points).toEqual([]);
  });
});

it("a log of many names, minutes and foreign lines reads alike however it is cut", () => {
  const rows = Array.from({ length: 300 }, (_zero, step) => JSON.stringify({ step, loss: 1 / (step + 1), [`s${step % 80}`]: step, ...(step % 7 === 0 && { note: "a\"b" }), time: new Date(1e12 + 17_123 * step).toISOString() }));
  const text = Buffer.from(`${[...rows, "nonsense", '{"resumed_from":250,"step":250}'].join("\n")}\n`);
  const read = (pieces: readonly Buffer[]) => {
    const said: unknown[] = [];
    const scan = createMetricScanner({ seriesOf: (name) => said.push(name) - 1, point: (...point) => void said.push(point), resume: (step) => void said.push(step), broken: () => void said.push("broken") });
    for (const piece of pieces) scan(piece);
    return said;
  };
  const whole = read([text]);
  expect(read(text.toString().split("\n").slice(0, -1).map((line) => Buffer.from(`${line}\n`)))).toEqual(whole);
  expect(whole.filter((said) => Array.isArray(said))).toHaveLength(600);
  expect(whole.slice(-2)).toEqual(["broken", 250]);
});
