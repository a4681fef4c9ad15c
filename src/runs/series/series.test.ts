import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { metricSeries, readLastStep, readMetrics } from "../metrics.ts";
import { growSeries } from "./columns.ts";
import { chooseRows } from "./downsample.ts";
import { listSeries, readSeries } from "./read.ts";
import { createSeriesTable } from "./table.ts";
import { openMetricsLog, type MetricsLogOptions } from "./writer.ts";

let workspace: string;
let run: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "tunesmith-series-"));
  run = join(workspace, "outputs", "run-a");
  mkdirSync(run, { recursive: true });
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const log = (): string => join(run, "metrics.jsonl");
const caches = (): readonly string[] => readdirSync(join(workspace, ".tunesmith", "index", "series"));
const BEGIN = Date.UTC(2026, 2, 1);
const clock = (stepMs = 1000) => {
  let at = BEGIN - stepMs;
  return () => new Date((at += stepMs));
};
const open = (options: MetricsLogOptions = {}) => openMetricsLog(run, { now: clock(), ...options });
const valuesOf = (name: string, part: Omit<Parameters<typeof readSeries>[1], "name"> = {}) => readSeries(run, { name, ...part }).points.map(({ step, value }) => [step, value]);

/** A log long enough to be kept in columns. */
function writeLong(count: number, first = 0): void {
  const writer = open({ now: () => new Date(BEGIN) });
  for (let step = first; step < first + count; step += 1) writer.append({ step, loss: 1 / (1 + step), rate: 0.5 });
  writer.close();
}

describe("a metrics log", () => {
  it("writes rows that readers of metrics.jsonl know", () => {
    const writer = open();
    writer.append({ step: 1, loss: 2.5, "odd \"name\" ✓": Number.NaN, split: "train" });
    writer.close();
    expect(readFileSync(log(), "utf8")).toBe('{"step":1,"loss":2.5,"odd \\"name\\" ✓":null,"split":"train","time":"2026-03-01T00:00:01.000Z"}\n');
    expect(readMetrics(run).rows).toHaveLength(1);
  });

  it("keeps rows back until so many wait, until the oldest waited long, or until it is told", () => {
    const writer = open({ flushRows: 3, flushMs: 10_000 });
    for (const step of [1, 2]) writer.append({ step, loss: 1 });
    expect(statSync(log()).size).toBe(0);
    writer.append({ step: 3, loss: 1 });
    expect(readMetrics(run).rows).toHaveLength(3);
    writer.append({ step: 4, loss: 1 });
    writer.flush();
    expect(readMetrics(run).rows).toHaveLength(4);
    for (let step = 5; step < 7; step += 1) writer.append({ step, loss: 1 });
    writer.close();
    expect(readMetrics(run).rows).toHaveLength(6);
    const slow = open({ now: clock(600), flushMs: 1000 });
    for (let step = 7; step < 10; step += 1) slow.append({ step, loss: 1 });
    expect(readMetrics(run).lastStep).toBe(9);
    slow.close();
  });

  it("writes what waits when nothing more comes", () => {
    vi.useFakeTimers();
    const writer = open();
    writer.append({ step: 1, loss: 1 });
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    expect(readMetrics(run).rows).toHaveLength(1);
    writer.close();
  });

  it("closes a torn line and goes on behind it", () => {
    writeFileSync(log(), '{"step":1,"loss":3,"time":"x"}\n{"step":2,"lo');
    const writer = open();
    writer.append({ step: 2, loss: 2 });
    writer.close();
    expect(valuesOf("loss")).toEqual([[1, 3], [2, 2]]);
    expect(listSeries(run).broken).toBe(1);
  });

  it("refuses control characters in names, steps that are none, and rows after the end", () => {
    const writer = open();
    expect(() => writer.append({ step: 1, "a\nb": 1 })).toThrow('Cannot log a metric named "a\\nb"');
    expect(() => writer.append({ step: -1, loss: 1 })).toThrow(RangeError);
    expect(() => writer.append({ step: 0.5, loss: 1 })).toThrow("Cannot log step 0.5");
    writer.close();
    writer.close();
    expect(() => writer.append({ step: 1, loss: 1 })).toThrow("the log is closed");
  });
});

describe("readSeries", () => {
  it("takes the later of repeated steps, and shows what was not a number as a gap", () => {
    const writer = open();
    for (const [step, loss] of [[1, 3], [2, 2.5], [3, Number.NaN], [2, 2.4]] as const) writer.append({ step, loss });
    writer.close();
    expect(valuesOf("loss")).toEqual([[1, 3], [2, 2.4], [3, Number.NaN]]);
  });

  it("forgets what was logged behind the step that a run goes on from", () => {
    const writer = open();
    for (const step of [1, 2, 3, 4]) writer.append({ step, loss: step, ...(step > 2 ? { late: 1 } : {}) });
    writer.resumeAfter(2);
    writer.append({ step: 3, loss: 30 });
    writer.close();
    expect(valuesOf("loss")).toEqual([[1, 1], [2, 2], [3, 30]]);
    expect(listSeries(run).series.map(({ name }) => name)).toEqual(["loss"]);
    expect([...metricSeries(readMetrics(run)).keys()]).toEqual(["loss"]);
  });

  it("reads a part by step or by time, both ends included", () => {
    const writer = open();
    for (const step of [1, 2, 3, 4, 5]) writer.append({ step, loss: step });
    writer.close();
    expect(valuesOf("loss", { from: 2, to: 4 }).map(([step]) => step)).toEqual([2, 3, 4]);
    expect(valuesOf("loss", { by: "time", from: BEGIN + 2000, to: BEGIN + 3000 }).map(([step]) => step)).toEqual([2, 3]);
    expect(readSeries(run, { name: "loss", from: 9 })).toEqual({ name: "loss", total: 0, points: [] });
  });

  it("names the series there are when one is missing", () => {
    open().close();
    expect(() => readSeries(run, { name: "loss" })).toThrow("nothing was logged");
    writeLong(2);
    expect(() => readSeries(run, { name: "los" })).toThrow('there are "loss", "rate"');
    expect(listSeries(join(workspace, "none"))).toEqual({ series: [], broken: 0 });
  });

  it("lists every series with its bounds", () => {
    writeLong(3);
    expect(listSeries(run).series[0]).toEqual({ name: "loss", points: 3, firstStep: 0, lastStep: 2, last: 1 / 3, min: 1 / 3, max: 1 });
  });
});

describe("readLastStep", () => {
  it("looks at the end of a log, however long, and follows a run that went back", () => {
    expect(readLastStep(run)).toBe(0);
    writeLong(6000);
    expect(readLastStep(run)).toBe(5999);
    const writer = open();
    writer.resumeAfter(40);
    writer.append({ step: 41, loss: 1 });
    writer.close();
    writeFileSync(log(), `${readFileSync(log(), "utf8")}{"step":42,"lo`);
    expect(readLastStep(run)).toBe(41);
  });
});

describe("the columns beside the index", () => {
  const COUNT = 6000;

  it("are kept when a long log is closed, and not for a short one", () => {
    writeLong(3);
    expect(() => caches()).toThrow("ENOENT");
    writeLong(COUNT, 3);
    expect(caches()).toHaveLength(1);
    expect(readSeries(run, { name: "loss" }).total).toBe(COUNT + 3);
  });

  it("are made by the first reading and give the same answers", () => {
    writeLong(COUNT);
    rmSync(join(workspace, ".tunesmith"), { recursive: true });
    const [first, facts] = [readSeries(run, { name: "loss" }), listSeries(run)];
    expect(caches()).toHaveLength(1);
    expect(readSeries(run, { name: "loss" })).toEqual(first);
    expect(listSeries(run)).toEqual(facts);
    expect(first.total).toBe(COUNT);
  });

  it("are completed by what was appended since, little or much", () => {
    writeLong(COUNT);
    listSeries(run);
    const written = statSync(join(workspace, ".tunesmith", "index", "series", caches()[0]!)).size;
    writeLong(3, COUNT);
    expect(readSeries(run, { name: "loss" }).total).toBe(COUNT + 3);
    expect(listSeries(run).series[1]).toMatchObject({ name: "rate", points: COUNT + 3 });
    expect(statSync(join(workspace, ".tunesmith", "index", "series", caches()[0]!)).size).toBe(written);
    writeLong(COUNT, COUNT + 3);
    expect(readSeries(run, { name: "loss" }).total).toBe(2 * COUNT + 3);
    expect(statSync(join(workspace, ".tunesmith", "index", "series", caches()[0]!)).size).toBeGreaterThan(written);
  });

  it("are cut by a run that went back", () => {
    writeLong(COUNT);
    readSeries(run, { name: "loss" });
    const writer = open();
    writer.resumeAfter(10);
    writer.close();
    expect(readSeries(run, { name: "loss" }).total).toBe(11);
  });

  it("are not used when the log was cut, replaced or changed, or when they are damaged themselves", () => {
    writeLong(COUNT);
    readSeries(run, { name: "loss" });
    const cache = join(workspace, ".tunesmith", "index", "series", caches()[0]!);
    truncateSync(cache, 1000);
    expect(readSeries(run, { name: "loss" }).total).toBe(COUNT);
    writeFileSync(cache, "other");
    expect(readSeries(run, { name: "loss" }).total).toBe(COUNT);
    const text = readFileSync(log(), "utf8");
    writeFileSync(log(), text.replace('"loss":1,', '"loss":7,'));
    utimesSync(log(), 1, 1);
    expect(readSeries(run, { name: "loss" }).points[0]?.value).toBe(7);
    writeFileSync(log(), text.slice(0, text.indexOf("\n") + 1));
    expect(readSeries(run, { name: "loss" }).total).toBe(1);
  });
});

describe("properties", () => {
  const rows = fc.array(fc.record({ step: fc.nat(12), values: fc.dictionary(fc.string({ unit: "binary" }).filter((name) => !/\p{Cc}/u.test(name) && name !== ""), fc.double()) }), { maxLength: 12 });

  it("a log cut at any byte reads up to the cut", () => {
    writeLong(4);
    const bytes = readFileSync(log());
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      writeFileSync(log(), bytes.subarray(0, cut));
      const whole = bytes.subarray(0, cut).toString().split("\n").filter((line) => line.endsWith("}")).length;
      const { series, broken } = listSeries(run);
      expect(series[0]?.points ?? 0).toBe(whole);
      expect(broken).toBeLessThanOrEqual(1);
    }
  });

  it("reads back what was written, under any names, with any numbers", () => {
    const reserved = new Set(["step", "time", "resumed_from"]);
    fc.assert(
      fc.property(rows, (written) => {
        rmSync(log(), { force: true });
        const writer = open();
        for (const { step, values } of written) writer.append({ ...values, step });
        writer.close();
        const expected = new Map<string, Map<number, number>>();
        for (const { step, values } of written) {
          for (const [name, value] of Object.entries(values)) {
            if (reserved.has(name)) continue;
            if (!expected.has(name)) expected.set(name, new Map());
            expected.get(name)!.set(step, Number.isFinite(value) ? value + 0 : Number.NaN);
          }
        }
        for (const [name, curve] of expected) {
          expect(readSeries(run, { name }).points.map(({ step, value }) => [step, value + 0])).toEqual([...curve].sort(([a], [b]) => a - b));
        }
        expect(listSeries(run).series.map(({ name }) => name).sort()).toEqual([...expected.keys()].sort());
      }),
      { numRuns: 60 },
    );
  });

  it("says the same in one piece and in two", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(99))), fc.nat(9), (points, cut) => {
        const lines = points.map(([step, loss]) => `{"step":${step},"loss":${loss}}\n`);
        const whole = createSeriesTable();
        whole.read(Buffer.from(lines.join("")));
        const before = createSeriesTable();
        before.read(Buffer.from(lines.slice(0, cut).join("")));
        const after = createSeriesTable(before.columns());
        after.read(Buffer.from(lines.slice(cut).join("")));
        expect(after.columns()).toEqual(whole.columns());
      }),
    );
  });

  it("keeps first, last, lowest, highest and gaps, in order, within the number asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN)), { minLength: 1, maxLength: 80 }), fc.integer({ min: 8, max: 40 }), (numbers, points) => {
        const series = growSeries();
        for (const [step, value] of numbers.entries()) series.push(step * step, step, value);
        const columns = series.columns();
        const rows = chooseRows(columns, columns.steps, 0, numbers.length, points);
        expect(rows.length).toBeLessThanOrEqual(points);
        expect([rows[0], rows.at(-1)]).toEqual([0, numbers.length - 1]);
        expect(rows.every((row, at) => at === 0 || row > rows[at - 1]!)).toBe(true);
        const kept = rows.map((row) => numbers[row]!).filter((value) => !Number.isNaN(value));
        const all = numbers.filter((value) => !Number.isNaN(value));
        expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...all), Math.max(...all)]);
        expect(rows.some((row) => Number.isNaN(numbers[row]))).toBe(numbers.some(Number.isNaN));
      }),
    );
  });
});

it("refuses to show a series with one point", () => {
  const { steps, times, values } = growSeries().columns();
  expect(() => chooseRows({ steps, times, values }, steps, 0, 0, 1)).toThrow("at least 2 are needed");
});
