import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRun, openMetricsLog } from "../../../runs/index.ts";
import { main } from "../../main.ts";

const root = mkdtempSync(join(tmpdir(), "cli-metrics-"));
const outputs = join(root, "outputs");
afterAll(() => rmSync(root, { recursive: true }));

async function call(...words: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: {},
    workingDirectory: root,
    now: () => new Date("2026-02-01T00:00:00Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main(["runs", "metrics", ...words, "--output-dir", outputs], { world });
  return { code, out: out.join(""), err: err.join("") };
}

let name: string;
beforeAll(() => {
  const run = createRun({ outputDir: outputs, tag: "sft", model: "tiny", config: {}, now: () => new Date("2026-01-01T00:00:00Z") });
  name = run.record.name;
  let at = Date.UTC(2026, 0, 1) - 1000;
  const log = openMetricsLog(run.directory, { now: () => new Date((at += 1000)) });
  for (let step = 1; step <= 500; step += 1) log.append({ step, loss: step === 250 ? 9 : 2 - step / 500, ...(step % 100 === 0 ? { "eval\u202eloss": Number.NaN } : {}) });
  log.close();
  appendFileSync(join(run.directory, "metrics.jsonl"), '{"step":501,"lo');
});

describe("tunesmith runs metrics", () => {
  it("lists the series of a run, and says what it could not read", async () => {
    const { code, out, err } = await call(name);
    expect(code).toBe(0);
    expect(out).toContain(`${name}: 2 series`);
    expect(out).toMatch(/loss +500 +1 +500 +1 +1 +9\n/);
    expect(out).not.toContain("\u202e");
    expect(err).toContain("1 line of metrics.jsonl could not be used");
  });

  it("draws a curve with its spike", async () => {
    const { out } = await call(name, "--series", "loss");
    expect(out).toContain("loss: 500 points, steps 1 to 500");
    expect(out).toMatch(/ 9 [┤┼].*\n/);
  });

  it("gives parts as a document, by step and by time, with gaps as null", async () => {
    const part = async (...words: readonly string[]) => JSON.parse((await call(name, ...words, "--json")).out) as { series: { name: string; total: number; points: { step: number; time: string; value: number | null }[] }[] };
    const [loss] = (await part("--series", "loss", "--from", "200", "--to", "299", "--points", "10")).series;
    expect(loss).toMatchObject({ name: "loss", total: 100 });
    expect(loss!.points.length).toBeLessThanOrEqual(10);
    expect(loss!.points).toContainEqual({ step: 250, time: "2026-01-01T00:04:10.000Z", value: 9 });
    const [timed] = (await part("--series", "loss", "--by", "time", "--from", "2026-01-01T00:00:10Z", "--to", "2026-01-01T00:00:12Z")).series;
    expect(timed!.points.map(({ step }) => step)).toEqual([10, 11, 12]);
    const all = (await part()).series;
    expect(all).toHaveLength(2);
    expect(all[1]!.points.every(({ value }) => value === null)).toBe(true);
  });

  it("names the series there are when one is missing, and what a bound must be", async () => {
    const missing = await call(name, "--series", "lose");
    expect(missing.code).toBe(1);
    expect(missing.err).toContain('there are "loss"');
    expect((await call(name, "--from", "soon")).code).toBe(2);
  });
});
