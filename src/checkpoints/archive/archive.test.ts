import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copy, createZstdWriter, encodeTarHeader, ensureDirectory, exists, linkFile, listDirectory, loadZstd, readBytes, remove, rename, setModified, sha256File, statFile, TAR_END, tarPadding, walk, writeFileAtomic, writeJson, type TarEntry } from "../../files/index.ts";
import { packCheckpoints } from "./pack.ts";
import { hasArchive, readArchiveIndex } from "./place.ts";
import { planArchive } from "./plan.ts";
import { rebuildArchiveIndex, unpackCheckpoints } from "./unpack.ts";

const now = new Date("2026-11-21T12:00:00Z");
let folder: string;
let run: string;
let trash: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  count += 1;
  run = join(folder, `run-${count}`);
  trash = join(folder, `trash-${count}`);
  ensureDirectory(run);
});

const pack = () => packCheckpoints(planArchive(run), { now, discard: (path) => rename(path, trash) });

function put(path: string, contents: string, modifiedMs = 1_760_000_000_000): void {
  writeFileAtomic(join(run, "checkpoints", path), contents);
  setModified(join(run, "checkpoints", path), modifiedMs);
}

/** Every path with its digest and time. */
function snapshot(): Record<string, string> {
  const place = join(run, "checkpoints");
  return Object.fromEntries([...walk(place)].map((path) => [path, `${sha256File(join(place, path))} ${statFile(join(place, path)).modifiedMs}`]));
}

function putTraining(): void {
  for (const name of ["epoch-00_step-000002", "last", "best-eval_loss-0.5000"]) {
    put(`${name}/adapter_model.safetensors`, "weights ".repeat(5000));
    put(`${name}/metadata.json`, JSON.stringify({ id: name }));
  }
}

describe("packing and unpacking", () => {
  it("brings back the very files with their times, and leaves no archive", async () => {
    putTraining();
    put("stray.ckpt", "");
    put("best-eval_loss-0.5000/a name, ünusual", "x");
    ensureDirectory(join(run, "checkpoints", "empty", "inner"));
    const before = snapshot();
    const index = await pack();
    expect(exists(join(run, "checkpoints"))).toBe(false);
    expect(readArchiveIndex(run)).toEqual(index);
    expect(exists(join(trash, "last", "metadata.json"))).toBe(true);
    await unpackCheckpoints(run);
    expect(snapshot()).toEqual(before);
    expect(exists(join(run, "checkpoints", "empty", "inner"))).toBe(true);
    expect(listDirectory(run)).toEqual({ files: [], directories: ["checkpoints"] });
  });

  it("stores the copies that `last` and `best` are only once, and says what it holds", async () => {
    putTraining();
    const index = await pack();
    expect(index.files.filter(({ same_as }) => same_as === null)).toHaveLength(4);
    expect(index.checkpoints).toEqual(["best-eval_loss-0.5000", "epoch-00_step-000002", "last"].map((name) => ({ name, kind: "directory", size_bytes: 40_000 + JSON.stringify({ id: name }).length, modified_at: "2025-10-09T08:53:20.000Z", metadata: { id: name } })));
    expect(index.archive.size_bytes).toBeLessThan(5_000);
  });

  it("is the identity on any tree", async () => {
    const part = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom("a", "b", ".", "-", " ", "é") }).filter((name) => !/^\.+$/.test(name) && !name.startsWith("."));
    const tree = fc.dictionary(fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => parts.map((name, at) => `${at}${name}`).join("/")), fc.string(), { minKeys: 1, maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        remove(join(run, "checkpoints"));
        remove(trash);
        for (const [path, contents] of Object.entries(files)) if (!Object.keys(files).some((other) => other.startsWith(`${path}/`))) put(path, contents);
        const before = snapshot();
        await pack();
        await unpackCheckpoints(run);
        expect(snapshot()).toEqual(before);
      }),
      { numRuns: 8 },
    );
  });

  it("makes the index anew from the archive", async () => {
    putTraining();
    const index = await pack();
    remove(join(run, "checkpoints.index.json"));
    expect(readArchiveIndex(run)).toBeUndefined();
    expect(await rebuildArchiveIndex(run, now)).toEqual(index);
  });
});

describe("what was killed on the way", () => {
  it("is packed by the same command when archive and originals stand side by side", async () => {
    putTraining();
    await packCheckpoints(planArchive(run), { now, discard: () => undefined });
    writeFileAtomic(join(run, ".checkpoints.tar.zst.1.1.tmp"), "half");
    await pack();
    expect(listDirectory(run)).toEqual({ files: ["checkpoints.index.json", "checkpoints.tar.zst"], directories: [] });
  });

  it("is unpacked by the same command when everything stands there already", async () => {
    putTraining();
    await pack();
    copy(trash, join(run, "checkpoints"));
    ensureDirectory(join(run, ".checkpoints.1.1.tmp"));
    await unpackCheckpoints(run);
    expect(listDirectory(run)).toEqual({ files: [], directories: ["checkpoints"] });
  });

  it("keeps the originals when it was told to stop, or when a file changed meanwhile", async () => {
    putTraining();
    const before = snapshot();
    const plan = planArchive(run);
    await expect(packCheckpoints(plan, { now, discard: () => remove(join(run, "checkpoints")), signal: AbortSignal.abort() })).rejects.toThrow("aborted");
    put("last/metadata.json", JSON.stringify({ id: "last" }), 1_770_000_000_000);
    await expect(packCheckpoints(plan, { now, discard: () => remove(join(run, "checkpoints")) })).rejects.toMatchObject({ code: "checkpoints.changed_while_packing" });
    expect(Object.keys(snapshot())).toEqual(Object.keys(before));
    expect(listDirectory(run).files).toEqual([]);
  });
});

describe("refusals", () => {
  it("does not overwrite what stands only in the archive", async () => {
    putTraining();
    await pack();
    put("last/adapter_model.safetensors", "newer");
    await expect(pack()).rejects.toThrow("an archive and a checkpoints directory stand side by side");
    await expect(unpackCheckpoints(run)).rejects.toMatchObject({ code: "checkpoints.archive_conflict" });
    expect(hasArchive(run)).toBe(true);
  });

  it("names what cannot be packed", async () => {
    expect(() => planArchive(run)).toThrow("it has no checkpoints directory with files in it");
    ensureDirectory(join(run, "checkpoints"));
    expect(() => planArchive(run)).toThrow("it has no checkpoints directory with files in it");
    put("a.ckpt", "a");
    linkFile(join(run, "checkpoints", "a.ckpt"), join(run, "checkpoints", "last.ckpt"));
    expect(() => planArchive(run)).toThrow("last.ckpt: it is a link, only files and directories are packed");
    await expect(unpackCheckpoints(run)).rejects.toMatchObject({ code: "checkpoints.archive_missing" });
  });

  it("unpacks nothing of an archive whose bytes were changed", async () => {
    putTraining();
    await pack();
    const bytes = Buffer.from(readBytes(join(run, "checkpoints.tar.zst")));
    bytes[bytes.byteLength - 12]! ^= 0xff;
    writeFileAtomic(join(run, "checkpoints.tar.zst"), bytes);
    await expect(unpackCheckpoints(run)).rejects.toThrow("Cannot u");
    expect(listDirectory(run)).toEqual({ files: ["checkpoints.index.json", "checkpoints.tar.zst"], directories: [] });
  });

  const file = (path: string, contents = "x") => [encodeTarHeader({ path, kind: "file", sizeBytes: contents.length, modifiedMs: 0 }), Buffer.from(contents), tarPadding(contents.length)];
  const same = (path: string, target: string) => [encodeTarHeader({ path, kind: "same", sizeBytes: 0, modifiedMs: 0, target } satisfies TarEntry)];
  it.each([
    ["a path that leads outside", file("../../escaped"), "which does not lie inside it"],
    ["an absolute path", file("/escaped"), "which does not lie inside it"],
    ["a link to a file outside", same("last/weights", "../../secret"), "which does not lie inside it"],
    ["a link to nothing before it", same("last/weights", "first/weights"), "which is no file before it"],
    ["a path twice", [...file("a"), ...file("a")], "it holds a twice"],
    ["a file where a directory must be", [...file("a"), ...file("a/b")], "a/b lies below a, which is a file"],
  ])("unpacks nothing of an archive with %s", async (_what, parts, message) => {
    const frames: Uint8Array[] = [];
    const writer = createZstdWriter(await loadZstd(), (frame) => frames.push(frame));
    await writer.write(Buffer.concat([...parts, TAR_END]));
    await writer.end();
    writeFileAtomic(join(run, "checkpoints.tar.zst"), Buffer.concat(frames));
    await expect(unpackCheckpoints(run)).rejects.toThrow(message);
    expect(exists(join(run, "checkpoints"))).toBe(false);
    expect(exists(join(folder, "escaped"))).toBe(false);
  });

  it("unpacks no file that its index does not know, or of another size or digest", async () => {
    putTraining();
    const index = await pack();
    const lie = (change: object) => writeJson(join(run, "checkpoints.index.json"), { ...index, files: index.files.map((one, at) => (at === 0 ? { ...one, ...change } : one)) });
    for (const [change, message] of [[{ path: "other" }, "which its index does not know"], [{ size_bytes: 1 }, "its index says 1"], [{ sha256: "0".repeat(64) }, "its index says 000000000000"]] as const) {
      lie(change);
      await expect(unpackCheckpoints(run)).rejects.toThrow(message);
    }
    writeJson(join(run, "checkpoints.index.json"), { ...index, archive: { ...index.archive, size_bytes: 1 } });
    expect(() => readArchiveIndex(run)).toThrow("its index says 1");
    expect(exists(join(run, "checkpoints"))).toBe(false);
  });
});
