import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { formatAmount, formatBytes, formatCommand, formatCount, formatDuration, formatNumber, formatPercent } from "./format.ts";
import { createPrint, renderTable, wantsColour } from "./print.ts";
import { createProgress, describeProgress } from "./progress.ts";

const plain = picocolors.createColors(false);

describe("colours", () => {
  it("are for terminals, unless NO_COLOR says no or FORCE_COLOR says yes", () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(undefined, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: "1" })).toBe(false);
    expect(wantsColour(true, { NO_COLOR: "" })).toBe(true);
    expect(wantsColour(true, { TERM: "dumb" })).toBe(false);
    expect(wantsColour(false, { FORCE_COLOR: "1" })).toBe(true);
  });
});

describe("printing", () => {
  function printer(json: boolean) {
    const out: string[] = [];
    const err: string[] = [];
    const world = { stdout: { write: (text: string) => out.push(text) }, stderr: { write: (text: string) => err.push(text) }, environment: {}, workingDirectory: ".", now: () => new Date(0), fetch };
    return { print: createPrint(world, json), out, err };
  }

  it("is text for people, and silent on stdout but for one document with --json", () => {
    for (const [json, expected] of [[false, "a\nb"], [true, '{\n  "c": 1\n}\n']] as const) {
      const { print, out } = printer(json);
      print.line("a");
      print.piece("b");
      if (json) print.table(["x"], [["y"]]);
      print.document({ c: 1 });
      expect(out.join("")).toBe(expected);
    }
  });

  it("keeps remarks on stderr", () => {
    const { print, out, err } = printer(true);
    print.note("hello");
    print.warn("careful");
    expect(out).toEqual([]);
    expect(err).toEqual(["hello\n", "warning: careful\n"]);
  });

  it("turns nothing into null, so that there is always one document", () => {
    const { print, out } = printer(true);
    print.document(undefined);
    expect(out).toEqual(["null\n"]);
  });
});

describe("a table", () => {
  it("has no borders, numbers to the right, and no blanks at the end of a line", () => {
    const table = renderTable(["type", "size", "note"], [["q8_0", "7.0 GiB", ""], ["q4_k_m", "13.8 GiB", "small"]], plain);
    expect(table).toBe("type        size  note\nq8_0     7.0 GiB\nq4_k_m  13.8 GiB  small");
  });

  it("counts wide characters as a terminal does", () => {
    expect(renderTable(["a", "b"], [["日本", "x"], ["ab", "y"]], plain)).toBe("a     b\n日本  x\nab    y");
  });
});

describe("progress", () => {
  const clock = () => {
    let ms = 0;
    return { now: () => ms, pass: (more: number) => (ms += more) };
  };

  it("tells amount, rate, time left and what stands beside it", () => {
    expect(describeProgress({ label: "training", total: 400 }, 120, 60_000, "loss 1.25")).toBe("training 120/400 steps 30 % · 2.0 steps/s · ETA 2m 20s · loss 1.25");
    expect(describeProgress({ label: "fetching", total: 2 ** 21, unit: "bytes" }, 2 ** 20, 1000, "")).toBe("fetching 1.0 MiB/2.0 MiB 50 % · 1.0 MiB/s · ETA 1s");
    expect(describeProgress({ label: "reading", unit: "rows" }, 5, 0, "")).toBe("reading 5 rows");
    expect(describeProgress({ label: "training", total: 100, start: 50 }, 75, 10_000, "")).toContain("2.5 steps/s · ETA 10s");
    expect(describeProgress({ label: "a", total: 10 }, 10, 5_000, "")).toContain("took 5s");
  });

  it("writes at most one line every five seconds where there is no terminal, and one at the end", () => {
    const lines: string[] = [];
    const { now, pass } = clock();
    const progress = createProgress({ write: (text) => lines.push(text) }, now, { label: "x", total: 100 });
    for (let step = 1; step <= 100; step += 1) {
      pass(100);
      progress.update(step);
    }
    progress.finish("done");
    progress.finish();
    expect(lines.map((line) => line.split(" · ")[0])).toEqual(["x 50/100 steps 50 %", "x 100/100 steps 100 %", "x 100/100 steps 100 %"]);
  });

  it("does not say its last state twice where there is no terminal", () => {
    const lines: string[] = [];
    const { now, pass } = clock();
    const progress = createProgress({ write: (text) => lines.push(text) }, now, { label: "x", total: 2 });
    pass(6000);
    progress.update(2);
    progress.finish();
    expect(lines).toHaveLength(1);
  });

  it("makes room on a terminal for a line of its own", () => {
    const pieces: string[] = [];
    const stream = { write: (text: string) => pieces.push(text), isTTY: true, columns: 40 };
    const print = createPrint({ stdout: stream, stderr: stream, environment: {}, workingDirectory: ".", now: () => new Date(0), fetch }, false);
    const progress = print.progress({ label: "x", total: 2 });
    print.line("first");
    progress.update(1);
    print.line("saved");
    progress.update(2);
    expect(pieces).toEqual(["first\n", "\r\u001b[2Kx 1/2 steps 50 %", "\r\u001b[2K", "saved\n", "\r\u001b[2Kx 2/2 steps 100 %"]);
  });

  it("redraws one line of a terminal and never wraps it", () => {
    const pieces: string[] = [];
    const { now, pass } = clock();
    const progress = createProgress({ write: (text) => pieces.push(text), isTTY: true, columns: 20 }, now, { label: "a long label indeed", total: 2 });
    progress.update(1);
    progress.update(2);
    pass(200);
    progress.finish();
    expect(pieces).toEqual(["\r\u001b[2Ka long label indeed", "\r\u001b[2Ka long label indeed", "\n"]);
  });
});

describe("text of a model", () => {
  it("cannot move the cursor of a terminal, colour it or hide itself; a file gets it as it is", () => {
    const hostile = "a\u001b[2J\u0007\r\u009b31m\u202eb\n\tc";
    const show = (isTTY: boolean) => {
      const pieces: string[] = [];
      const print = createPrint({ stdout: { write: (text) => pieces.push(text), isTTY }, stderr: { write: () => undefined }, environment: {}, workingDirectory: ".", now: () => new Date(0), fetch }, false);
      print.piece(hostile);
      return [pieces.join(""), print.visible(hostile)];
    };
    const escaped = "a\\x1b[2J\\x07\\x0d\\x9b31m\\u202eb\n\tc";
    expect(show(true)).toEqual([escaped, escaped]);
    expect(show(false)).toEqual([hostile, hostile]);
  });
});

describe("a command to copy", () => {
  it("quotes the words that a shell would take apart", () => {
    expect(formatCommand("merge", "--model-path", "outputs/ä_日本-1.0", "--output-dir", "my 'best' model")).toBe("tunesmith merge --model-path outputs/ä_日本-1.0 --output-dir 'my '\\''best'\\'' model'");
  });
});

describe("numbers for people", () => {
  it("are short", () => {
    expect([0, 512, 1536, 2 ** 30 * 2.5].map(formatBytes)).toEqual(["0 B", "512 B", "1.5 KiB", "2.5 GiB"]);
    expect([0, 42_400, 185_000, 7_620_000, 97 * 3_600_000].map(formatDuration)).toEqual(["0s", "42s", "3m 05s", "2h 07m", "4d 01h"]);
    expect(formatCount(1234567.4)).toBe("1,234,567");
    expect([0, 1, 1200].map((count) => formatAmount(count, "row"))).toEqual(["0 rows", "1 row", "1,200 rows"]);
    expect([formatNumber(0.87654), formatNumber(undefined), formatNumber(Number.NaN), formatNumber(2, 1)]).toEqual(["0.8765", "–", "–", "2.0"]);
    expect([formatPercent(6.449), formatPercent(-1), formatPercent(0)]).toEqual(["+6.45 %", "-1.00 %", "0.00 %"]);
  });
});
