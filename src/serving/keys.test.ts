import { readFileSync, rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder } from "../../test/helpers/tiny-gguf.ts";
import { addKey, listKeys, openKeyRing, removeKey } from "./keys.ts";

const folder = makeTemporaryFolder();
afterAll(() => folder.remove());
const ann = { name: "ann", role: "user", createdAt: "2026-11-21T12:00:00.000Z" } as const;

describe("keys", () => {
  it("are kept as digests: the file does not hold the secret", async () => {
    const path = folder.file("a/keys.json");
    const secret = await addKey(path, ann);
    expect(secret).toMatch(/^tsk_[\w-]{43}$/);
    expect(readFileSync(path, "utf8")).not.toContain(secret.slice(4));
    expect(listKeys(path)).toEqual([{ name: "ann", role: "user", sha256: expect.stringMatching(/^[0-9a-f]{64}$/), created_at: ann.createdAt }]);
  });

  it("have names that no other key has, and are taken back by them", async () => {
    const path = folder.file("b.json");
    await addKey(path, ann);
    await expect(addKey(path, { ...ann, role: "admin" })).rejects.toMatchObject({ code: "serving.key_name_taken" });
    await expect(removeKey(path, "bob")).rejects.toMatchObject({ code: "serving.key_missing" });
    await removeKey(path, "ann");
    expect(listKeys(path)).toEqual([]);
  });

  it("are all kept when two are made at once", async () => {
    const path = folder.file("c.json");
    await Promise.all(["a", "b", "c"].map((name) => addKey(path, { ...ann, name })));
    expect(listKeys(path)).toHaveLength(3);
  });
});

describe("a key ring", () => {
  it("finds the holder of a secret, and sees at once what is changed", async () => {
    const path = folder.file("d.json");
    const first = await addKey(path, ann);
    const ring = openKeyRing(path);
    expect(ring.find(first)?.name).toBe("ann");
    expect([ring.find(""), ring.find(`${first}x`)]).toEqual([undefined, undefined]);
    const second = await addKey(path, { ...ann, name: "bob", role: "admin" });
    expect(ring.find(second)).toMatchObject({ name: "bob", role: "admin" });
    await removeKey(path, "ann");
    expect(ring.find(first)).toBe(undefined);
    rmSync(path);
    expect(ring.find(second)).toBe(undefined);
  });

  it("asks for keys from the first on, and goes on when the last is gone", async () => {
    const path = folder.file("e.json");
    const ring = openKeyRing(path);
    expect(ring.asks).toBe(false);
    const secret = await addKey(path, ann);
    expect([ring.asks, ring.find(secret)?.name]).toEqual([true, "ann"]);
    await removeKey(path, "ann");
    expect([ring.asks, ring.find(secret)]).toEqual([true, undefined]);
  });
});
