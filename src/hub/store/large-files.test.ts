import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLargeFile, scanDirectory, setModified, sha256, statFile, withScratchDirectory } from "../../files/index.ts";
import { openLargeFiles } from "./large-files.ts";
import { uploadsPlace, wholePlace } from "./places.ts";

async function* inPieces(bytes: Uint8Array, length = 300_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

function leftovers(directory: string): readonly string[] {
  const found = scanDirectory(uploadsPlace(directory));
  return "refused" in found ? [] : found.map(({ name }) => name);
}

function withDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  return withScratchDirectory(join(tmpdir(), `large-files-${process.pid}`), act);
}

const BYTES = randomBytes(2_500_001);
const OID = sha256(BYTES);

describe("openLargeFiles", () => {
  it("gives back what was put, whole and by range", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      await files.put(OID, BYTES.byteLength, inPieces(BYTES));
      expect([files.has(OID), files.size(OID), [...files.list()]]).toEqual([true, BYTES.byteLength, [OID]]);
      expect(BYTES.equals(await collect(files.read(OID)))).toBe(true);
      await fc.assert(
        fc.asyncProperty(fc.nat(BYTES.byteLength), fc.nat(BYTES.byteLength), async (a, b) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b)];
          expect(BYTES.subarray(start, end).equals(await collect(files.read(OID, { start, end })))).toBe(true);
        }),
        { numRuns: 30 },
      );
    });
  });

  it("stores an empty content", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      const oid = sha256("");
      await files.put(oid, 0, inPieces(new Uint8Array(0)));
      expect([files.size(oid), (await collect(files.read(oid))).byteLength]).toEqual([0, 0]);
    });
  });

  it("refuses bytes that are not what they were announced as, and leaves nothing behind", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      const other = sha256("other");
      await expect(files.put(other, BYTES.byteLength, inPieces(BYTES))).rejects.toMatchObject({ code: "large_file.digest_mismatch" });
      await expect(files.put(OID, BYTES.byteLength - 1, inPieces(BYTES))).rejects.toMatchObject({ code: "large_file.size_mismatch" });
      await expect(files.put(OID, BYTES.byteLength + 1, inPieces(BYTES))).rejects.toMatchObject({ code: "large_file.size_mismatch" });
      await expect(files.put("../../etc/passwd", 1, inPieces(BYTES))).rejects.toMatchObject({ code: "large_file.oid_invalid" });
      expect([files.has(other), files.has(OID), leftovers(directory)]).toEqual([false, false, []]);
    });
  });

  it("does not take the digest of what it has for possession of it", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      await files.put(OID, BYTES.byteLength, inPieces(BYTES));
      await expect(files.put(OID, 5, inPieces(Buffer.from("wrong")))).rejects.toMatchObject({ code: "large_file.digest_mismatch" });
      await files.put(OID, BYTES.byteLength, inPieces(BYTES));
      expect(BYTES.equals(await collect(files.read(OID)))).toBe(true);
    });
  });

  it("leaves nothing behind when the sender breaks off or the disk is full", async () => {
    await withDirectory(async (directory) => {
      const breaking = async function* () {
        yield BYTES.subarray(0, 2_000_000);
        throw new Error("connection reset");
      };
      await expect(openLargeFiles(directory).put(OID, BYTES.byteLength, breaking())).rejects.toThrow("connection reset");
      const full = openLargeFiles(directory, {
        create: async (path) => ({ ...(await createLargeFile(path)), write: () => Promise.reject(Object.assign(new Error("no space left on device"), { code: "ENOSPC" })) }),
      });
      await expect(full.put(OID, BYTES.byteLength, inPieces(BYTES))).rejects.toMatchObject({ code: "large_file.disk_full" });
      expect([full.has(OID), leftovers(directory)]).toEqual([false, []]);
    });
  });

  it("says at once what it cannot read", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      expect(() => files.read(OID)).toThrow(expect.objectContaining({ code: "large_file.missing" }));
      await files.put(OID, BYTES.byteLength, inPieces(BYTES));
      expect(() => files.read(OID, { start: 0, end: BYTES.byteLength + 1 })).toThrow(RangeError);
      expect(() => files.read(OID, { start: 5, end: 4 })).toThrow(RangeError);
    });
  });

  it("takes two writers of one content and keeps one", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      await Promise.all([1, 2, 3].map(() => files.put(OID, BYTES.byteLength, inPieces(BYTES))));
      expect([[...files.list()], leftovers(directory)]).toEqual([[OID], []]);
    });
  });

  it("sweeps what is neither live nor young", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      const contents = ["live", "dead", "young"].map((text) => Buffer.from(text));
      for (const bytes of contents) await files.put(sha256(bytes), bytes.byteLength, inPieces(bytes));
      const [live, dead, young] = contents.map((bytes) => sha256(bytes)) as [string, string, string];
      const now = statFile(wholePlace(directory, young)).modifiedMs;
      for (const oid of [live, dead]) setModified(wholePlace(directory, oid), now - 10_000);
      expect(await files.sweep(new Set([live]), { olderThanMs: 5_000, now })).toEqual({ removed: [dead], keptAsBase: [], freedBytes: 4, uploads: 0 });
      expect([...files.list()].toSorted()).toEqual([live, young].toSorted());
    });
  });
});

describe("uploads in parts", () => {
  const plan = { oid: OID, sizeBytes: BYTES.byteLength, partBytes: 1_000_000, owner: "alice/model" };
  const part = (number: number) => BYTES.subarray((number - 1) * 1_000_000, number * 1_000_000);

  it("takes parts in any order and again, and finds them after a restart", async () => {
    await withDirectory(async (directory) => {
      const { id, partCount } = openLargeFiles(directory).startUpload(plan);
      expect(partCount).toBe(3);
      const third = await openLargeFiles(directory).putPart(id, 3, inPieces(part(3)));
      await openLargeFiles(directory).putPart(id, 1, inPieces(part(1)));
      await openLargeFiles(directory).putPart(id, 1, inPieces(part(1)));
      const files = openLargeFiles(directory);
      expect([...files.startUpload(plan).parts.keys()].toSorted()).toEqual([1, 3]);
      expect(files.startUpload({ ...plan, owner: "mallory/model" }).parts.size).toBe(0);
      await expect(files.finishUpload(id)).rejects.toMatchObject({ code: "large_file.parts_missing", details: { missing: [2] } });
      const second = await files.putPart(id, 2, inPieces(part(2)));
      const parts = [1, 2, 3].map((partNumber) => ({ partNumber, etag: `"${partNumber === 2 ? second : partNumber === 3 ? third : sha256(part(1))}"` }));
      expect(await files.finishUpload(id, parts)).toEqual({ oid: OID, sizeBytes: BYTES.byteLength });
      expect(BYTES.equals(await collect(files.read(OID)))).toBe(true);
      expect([leftovers(directory), await files.finishUpload(id, parts)]).toEqual([[], { oid: OID, sizeBytes: BYTES.byteLength }]);
    });
  });

  it("refuses parts of a wrong number, size or content", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      const { id } = files.startUpload(plan);
      await expect(files.putPart(id, 4, inPieces(part(1)))).rejects.toMatchObject({ code: "large_file.part_invalid" });
      await expect(files.putPart(id, 3, inPieces(part(1)))).rejects.toMatchObject({ code: "large_file.size_mismatch" });
      await expect(files.putPart(id, 1, inPieces(part(3)))).rejects.toMatchObject({ code: "large_file.size_mismatch" });
      for (const bad of ["../x", `${OID}-5-0-0123456789abcdef`, join(OID, id)]) await expect(files.putPart(bad, 1, inPieces(part(1)))).rejects.toMatchObject({ code: "large_file.upload_unknown" });
      for (const [number, bytes] of [[1, part(2)], [2, part(1)], [3, part(3)]] as const) await files.putPart(id, number, inPieces(bytes));
      await expect(files.finishUpload(id, [{ partNumber: 1, etag: "x" }])).rejects.toMatchObject({ code: "large_file.parts_missing" });
      await expect(files.finishUpload(id)).rejects.toMatchObject({ code: "large_file.digest_mismatch" });
      expect([files.has(OID), leftovers(directory)]).toEqual([false, []]);
      expect(() => files.startUpload({ ...plan, partBytes: 100 })).toThrow(expect.objectContaining({ code: "large_file.plan_invalid" }));
    });
  });

  it("throws away an upload that nobody continued", async () => {
    await withDirectory(async (directory) => {
      const files = openLargeFiles(directory);
      const { id } = files.startUpload(plan);
      await files.putPart(id, 1, inPieces(part(1)));
      const now = statFile(join(uploadsPlace(directory), id)).modifiedMs;
      expect((await files.sweep(new Set(), { olderThanMs: 5_000, now })).uploads).toBe(0);
      expect((await files.sweep(new Set(), { olderThanMs: 5_000, now: now + 60_000 })).uploads).toBe(1);
    });
  });
});
