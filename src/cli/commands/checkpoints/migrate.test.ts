import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPrint } from "../../print.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { main } from "../../main.ts";
import { processWorld, type World } from "../../world.ts";

let folder: string;
let checkpoints: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
  checkpoints = join(folder, "outputs", "a", "checkpoints");
  mkdirSync(checkpoints, { recursive: true });
  writeFileSync(join(checkpoints, "epoch=67-step=18564.ckpt"), "weights");
});
afterEach(() => rmSync(folder, { recursive: true }));

function world(): World & { readonly said: string[]; readonly warned: string[] } {
  const said: string[] = [];
  const warned: string[] = [];
  return { ...processWorld(), now: () => new Date("2026-11-21T12:00:00Z"), said, warned, stdout: { write: (text: string) => said.push(text) }, stderr: { write: (text: string) => warned.push(text) } };
}

const migrate = async (...words: string[]) => {
  const here = world();
  const code = await main(["checkpoints", "migrate", join(folder, "outputs"), ...words], { world: here });
  return { code, text: here.said.join(""), warned: here.warned.join("") };
};

it("counts the same in a dry run and a real one, and undoes", async () => {
  const dry = JSON.parse((await migrate("--dry-run", "--json")).text);
  expect(readdirSync(checkpoints)).toEqual(["epoch=67-step=18564.ckpt"]);
  const real = JSON.parse((await migrate("--json")).text);
  expect(real.counters).toEqual(dry.counters);
  expect(readdirSync(checkpoints)).toEqual(["epoch-67_step-018564.ckpt"]);
  expect((await migrate("--undo")).text).toMatch(/^undone: /);
  expect(readdirSync(checkpoints)).toEqual(["epoch=67-step=18564.ckpt"]);
});

it("moves runs to either scheme, as runs are named", async () => {
  expect((await migrate("--to", "hierarchical", "--dry-run")).text).toMatch(/move {4}→ outputs\/a-unknown_training_\d{8}_\d{6}/);
  expect((await migrate("--to", "dated", "--dry-run")).text).toMatch(/move {4}→ outputs\/\d{4}-\d\d-\d\d\/\d\d-\d\d-\d\d/);
});

it("leads an old path on with one warning", async () => {
  await migrate();
  const here = world();
  const print = createPrint(here, false);
  const old = join(checkpoints, "epoch=67-step=18564.ckpt");
  expect(await fromLegacyPath(old, print)).toBe(join(checkpoints, "epoch-67_step-018564.ckpt"));
  await fromLegacyPath(old, print);
  expect(here.warned.join("").match(/Deprecated/g)).toHaveLength(1);
});

it("fails when there is nothing to undo", async () => {
  expect((await migrate("--undo")).code).toBe(1);
});

it("undoes one migration by its id, named alone or behind the tree", async () => {
  const first = JSON.parse((await migrate("--json")).text).journal as string;
  expect((await migrate("--undo", first)).text).toBe(`undone: ${first}, 2 steps\n`);
  const second = JSON.parse((await migrate("--json")).text).journal as string;
  expect(second).not.toBe(first);
  expect((await migrate(second, "--undo")).text).toContain(second);
  expect(readdirSync(checkpoints)).toEqual(["epoch=67-step=18564.ckpt"]);
  expect(await migrate("--undo", "20200101_000000-migrate-checkpoints-aaaaaa")).toMatchObject({ code: 1, warned: expect.stringContaining("20200101_000000-migrate-checkpoints-aaaaaa") });
});

it("refuses words it does not know", async () => {
  for (const words of [["another"], ["--undo", "another"], ["--undo", "--resume"]]) expect((await migrate(...words)).code).toBe(2);
});

it("names what was not looked into, and fails when a text cannot be read", async () => {
  writeFileSync(join(folder, "outputs", "big.json"), " ".repeat(1_000_001));
  expect(await migrate("--dry-run")).toMatchObject({ code: 0, text: expect.stringContaining("not looked into: outputs/big.json (1000001 bytes") });
  writeFileSync(join(folder, "outputs", "latin.json"), Buffer.concat([Buffer.from('"outputs/a/checkpoints/epoch=67-step=18564.ckpt" '), Buffer.from([0xe9])]));
  const dry = await migrate("--dry-run", "--json");
  const real = await migrate("--json");
  expect([dry.code, real.code]).toEqual([1, 1]);
  expect(JSON.parse(real.text).counters).toEqual(JSON.parse(dry.text).counters);
  expect(JSON.parse(real.text)).toMatchObject({ counters: { errors: 1 }, problems: [{ path: "outputs/latin.json" }] });
});
