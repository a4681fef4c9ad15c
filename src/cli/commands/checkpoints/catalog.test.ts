import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SignalSource } from "../../interrupt.ts";
import { main } from "../../main.ts";

const workspace = mkdtempSync(join(tmpdir(), "checkpoints-"));
const outputs = join(workspace, "outputs");
const put = (path: string, contents: string) => {
  mkdirSync(dirname(join(outputs, path)), { recursive: true });
  writeFileSync(join(outputs, path), contents);
};
beforeAll(() => {
  put("2025-10-18/20-24-18/.hydra/config.yaml", "exp_name: receipts\nmodel:\n  architecture_name: dbnet\n  encoder: resnet18\n");
  put("2025-10-18/20-24-18/checkpoints/epoch_0_step_273.ckpt", "x");
  put("2025-10-18/20-24-18/checkpoints/epoch_0_step_273.metadata.yaml", 'schema_version: "1.0"\ntraining: {epoch: 0, global_step: 273}\nmodel: {architecture: unknown}\nmetrics: {hmean: 0.9525}\ncreated_at: 2025-10-19T13:36:00\n');
  put("2025-10-18/20-24-18/checkpoints/evil\u001b[31m\n.ckpt", "");
});
afterAll(() => rmSync(workspace, { recursive: true }));

async function call(...words: readonly string[]) {
  return callWith(undefined, ...words);
}

async function callWith(signals: SignalSource | undefined, ...words: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) }, stderr: { write: (piece: string) => err.push(piece) }, environment: {}, workingDirectory: workspace,
    now: () => new Date(0), fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main(words, { world, ...(signals && { signals }) });
  return { code, out: out.join(""), err: err.join("") };
}

describe("checkpoints list", () => {
  it("shows a line for each, epoch 0 too, and spells hostile names out", async () => {
    const { code, out } = await call("checkpoints", "list", outputs);
    expect(code).toBe(0);
    expect(out).toContain("dbnet · resnet18 · receipts (ep0 • hmean 0.953 • 20251019_1336)");
    expect(out).toContain("evil\\x1b[31m\\n.ckpt");
    expect(out).toContain("2 checkpoints, in 1 run");
  });

  it("gives values with their sources as JSON", async () => {
    const { out } = await call("checkpoints", "list", outputs, "--metric", "hmean >= 0.9", "--json");
    expect(JSON.parse(out)).toMatchObject({ total_count: 2, found: 1, entries: [{ path: "outputs/2025-10-18/20-24-18/checkpoints/epoch_0_step_273.ckpt", architecture: "dbnet", sources: { architecture: "config", epoch: "sidecar" } }] });
  });

  it.each([
    [["--sort", "hmaen"], 2, "no checkpoint has it; there are hmean"],
    [["--metric", "hmean"], 2, "Cannot read the condition"],
    [["--after", "soon"], 2, "Cannot read the time"],
  ])("refuses %j", async (words, expected, message) => {
    const { code, err } = await call("checkpoints", "list", outputs, ...words);
    expect(code).toBe(expected);
    expect(err).toContain(message);
  });

  it("counts the weights of linked checkpoints once, and says so", async () => {
    const tree = mkdtempSync(join(tmpdir(), "linked-"));
    const checkpoints = join(tree, "outputs/r/checkpoints");
    mkdirSync(checkpoints, { recursive: true });
    writeFileSync(join(checkpoints, "epoch-01_step-000010.ckpt"), "x".repeat(1000));
    writeFileSync(join(checkpoints, "epoch-02_step-000020.ckpt"), "x".repeat(500));
    for (const name of ["last", "best-hmean-0.5000"]) linkSync(join(checkpoints, "epoch-02_step-000020.ckpt"), join(checkpoints, `${name}.ckpt`));
    expect((await call("checkpoints", "list", join(tree, "outputs"))).out).toContain("4 checkpoints, in 1 run, 1.5 KiB (2 links to the same weights counted once)");
    expect(JSON.parse((await call("checkpoints", "list", join(tree, "outputs"), "--kind", "last", "--json")).out)).toMatchObject({ found: 1, total_bytes: 500, linked_count: 0 });
    rmSync(tree, { recursive: true });
  });

  it("says when the place is not there", async () => {
    expect(await call("checkpoints", "list", join(workspace, "none"))).toMatchObject({ code: 1, err: expect.stringContaining("there is no such directory") });
  });
});

describe("checkpoints search and show", () => {
  it("finds by words, by the end of a path and by a path", async () => {
    expect((await call("checkpoints", "search", "RESNET18", "273", "--output-dir", outputs)).out).toContain("1 of 2 checkpoints");
    for (const wanted of ["20-24-18/checkpoints/epoch_0_step_273.ckpt", "epoch_0_step_273", join(outputs, "2025-10-18/20-24-18/checkpoints/epoch_0_step_273.ckpt")]) {
      expect((await call("checkpoints", "show", wanted, "--output-dir", outputs)).out).toContain("architecture  dbnet (config)");
    }
    expect(await call("checkpoints", "show", "nothing", "--output-dir", outputs)).toMatchObject({ code: 1, err: expect.stringContaining("no checkpoint in") });
  });
});

describe("checkpoints validate", () => {
  it("counts, names what is wrong, and ends with 1", async () => {
    const { code, out } = await call("checkpoints", "validate", outputs, "--deep", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ total: 2, valid: 1, invalid: 1, missing: 0, errors: { missing: 1, empty: 1, name: 1 }, success_rate: 50 });
  });

  it("says how far it came when it is stopped", async () => {
    const signals: SignalSource = { on: (_name, listener) => void setImmediate(listener), off: () => undefined, exit: () => undefined };
    const { code, out, err } = await callWith(signals, "checkpoints", "validate", outputs, "--deep", "--json");
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ total: 2, checked: 0, findings: [] });
    expect(err).toContain("Stopped: 0 of 2 checkpoints were checked");
  });
});
