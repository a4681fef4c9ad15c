import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withScratchDirectory } from "./scratch.ts";
import { createSpool } from "./spool.ts";

const home = mkdtempSync(join(tmpdir(), "tunesmith-scratch-"));
afterAll(() => rmSync(home, { recursive: true }));

describe("withScratchDirectory", () => {
  it("is gone afterwards, also after a failure", async () => {
    const path = join(home, "a", "dataset");
    const use = (fail: boolean) =>
      withScratchDirectory(path, async (scratch) => {
        writeFileSync(join(scratch, "x"), "x");
        expect(readdirSync(join(home, "a"))).toHaveLength(1);
        if (fail) throw new Error("no");
        return 7;
      });
    expect(await use(false)).toBe(7);
    await expect(use(true)).rejects.toThrow("no");
    expect(readdirSync(join(home, "a"))).toEqual([]);
  });

  it("clears away what a killed process left for the same path, and nothing else", async () => {
    const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
    const names = [`.b.scratch.${host}.4194305.1`, `.b.scratch.${host}.${process.pid}.1`, ".b.scratch.elsewhere.4194305.1", `.bb.scratch.${host}.4194305.1`];
    for (const name of names) mkdirSync(join(home, name));
    await withScratchDirectory(join(home, "b"), async (scratch) => expect(existsSync(scratch)).toBe(true));
    expect(names.filter((name) => existsSync(join(home, name)))).toEqual(names.slice(1));
  });
});

describe("createSpool", () => {
  it("reads anywhere what was appended, and leaves nothing", () => {
    const spool = createSpool(join(home, "s", "rows"));
    const large = new Uint8Array(100_000).fill(7);
    expect([spool.append(Uint8Array.of(1, 2, 3)), spool.append(large)]).toEqual([0, 3]);
    expect(spool.peek(1, 2)).toEqual(Uint8Array.of(2, 3));
    expect(spool.peek(3, 100_000)).toEqual(large);
    expect(() => spool.peek(100_000, 4)).toThrow("are outside its 100003 bytes");
    spool.remove();
    expect(readdirSync(join(home, "s"))).toEqual([]);
  });
});
