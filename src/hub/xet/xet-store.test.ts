import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkHeader, collect, hashOfFile, inPieces, makeShard, makeXorb, type MadeFile, type MadeTerm } from "../../../test/helpers/xet-upload.ts";
import { createLargeFile, isFile, scanDirectory, setModified, sha256, withScratchDirectory } from "../../files/index.ts";
import { openLargeFiles } from "../store/large-files.ts";
import { xorbPlace } from "./places.ts";
import { openXetStore, type ShardEvent, type XetStore } from "./xet-store.ts";

const NOW = 1_800_000_000_000;

function withDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  return withScratchDirectory(join(tmpdir(), `xet-store-${process.pid}`), act);
}

async function putShard(store: XetStore, bytes: Uint8Array): Promise<ShardEvent> {
  let last: ShardEvent | undefined;
  for await (const event of store.putShard(inPieces(bytes, 1000))) last = event;
  return last!;
}

/** The content a file of these terms has. */
function contentOf(contents: readonly Uint8Array[], terms: readonly MadeTerm[]): Buffer {
  return Buffer.concat(terms.flatMap(({ start, end }) => contents.slice(start, end)));
}

const CONTENTS = [10_000, 1, 131_072, 70_000, 8_192, 65_536].map((length) => randomBytes(length));
const XORB = makeXorb(CONTENTS);
const TERMS: readonly MadeTerm[] = [{ xorb: XORB, start: 2, end: 5 }, { xorb: XORB, start: 0, end: 2 }, { xorb: XORB, start: 0, end: 6 }];
const CONTENT = contentOf(CONTENTS, TERMS);
const FILE: MadeFile = { terms: TERMS, sha256: sha256(CONTENT) };

describe("openXetStore", () => {
  it("takes what huggingface_hub sends and gives the files back", async () => {
    const folder = new URL("../../../test/fixtures/xet/", import.meta.url);
    const xorb = readdirSync(folder).find((name) => name.endsWith(".xorb"))!;
    const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as { size: number; sha256: string }[];
    await withDirectory(async (directory) => {
      const store = openXetStore(directory, { now: () => NOW });
      for (const isNew of [true, false]) expect(await store.putXorb(xorb.slice(0, 64), inPieces(readFileSync(new URL(xorb, folder))))).toBe(isNew);
      const event = await putShard(store, readFileSync(new URL("upload.shard", folder)));
      expect(event.type === "accepted" && event.files.map(({ sha256: oid }) => oid).toSorted()).toEqual(expected.map(({ sha256: oid }) => oid).toSorted());
      const files = openLargeFiles(directory);
      for (const { size, sha256: oid } of expected) expect([files.size(oid), sha256(await collect(files.read(oid)))]).toEqual([size, oid]);
    });
  });

  it("reads every range of a file through its terms", async () => {
    await withDirectory(async (directory) => {
      const store = openXetStore(directory, { now: () => NOW });
      await store.putXorb(XORB.hash, inPieces(XORB.bytes, 777));
      await putShard(store, makeShard([FILE]));
      const files = openLargeFiles(directory);
      expect([files.has(FILE.sha256), [...files.list()]]).toEqual([true, [FILE.sha256]]);
      await fc.assert(
        fc.asyncProperty(fc.nat(CONTENT.byteLength), fc.nat(CONTENT.byteLength), async (a, b) => {
          const [start, end] = [Math.min(a, b), Math.max(a, b)];
          expect(CONTENT.subarray(start, end).equals(await collect(files.read(FILE.sha256, { start, end })))).toBe(true);
        }),
        { numRuns: 40 },
      );
      await files.put(FILE.sha256, CONTENT.byteLength, inPieces(CONTENT));
      expect(isFile(join(directory, "large"))).toBe(false);
    });
  });

  it("accepts files of random chunks in random runs", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { minLength: 1, maxLength: 12 }), async (lengths, runs) => {
        const contents = lengths.map((length) => randomBytes(length));
        const xorb = makeXorb(contents);
        const terms = runs.map(([a, b]) => ({ xorb, start: Math.min(a, b) % lengths.length, end: lengths.length })).filter(({ start, end }) => start < end);
        const content = contentOf(contents, terms);
        await withDirectory(async (directory) => {
          const store = openXetStore(directory, { now: () => NOW });
          await store.putXorb(xorb.hash, inPieces(xorb.bytes));
          await putShard(store, makeShard([{ terms, sha256: sha256(content) }]));
          expect(content.equals(await collect(openLargeFiles(directory).read(sha256(content))))).toBe(true);
        });
      }),
      { numRuns: 12 },
    );
  });

  it("refuses a shard that says anything untrue, and believes no count", async () => {
    await withDirectory(async (directory) => {
      const store = openXetStore(directory, { now: () => NOW });
      await expect(putShard(store, makeShard([FILE]))).rejects.toMatchObject({ code: "xet.xorb_missing" });
      await store.putXorb(XORB.hash, inPieces(XORB.bytes));
      const wrong: readonly (readonly [Partial<MadeFile>, string])[] = [
        [{ sha256: sha256("other") }, "announced is"],
        [{ hash: hashOfFile(TERMS.slice(1)) }, "make a file of the hash"],
        [{ proof: new Uint8Array(32) }, "verification hash"],
        [{ sizeBytes: 5 }, "its chunks have"],
        [{ terms: [{ xorb: XORB, start: 3, end: 3 }] }, "takes the chunks 3 to 3"],
        [{ terms: [{ xorb: XORB, start: 3, end: 2 ** 32 - 1 }] }, "which has 6"],
        [{ count: 0xffffffff }, "cut off"],
      ];
      for (const [change, reason] of wrong) await expect(putShard(store, makeShard([{ ...FILE, ...change }]))).rejects.toThrow(reason);
      const shard = makeShard([FILE]);
      for (const length of [0, 47, 48, 100, shard.byteLength - 1]) await expect(putShard(store, shard.subarray(0, length))).rejects.toMatchObject({ code: "xet.shard_invalid" });
      await expect(putShard(store, Buffer.alloc(96))).rejects.toThrow("does not begin as one");
      expect(openLargeFiles(directory).has(FILE.sha256)).toBe(false);
    });
  });

  it("refuses a xorb that is not what its hash says, and leaves nothing behind", async () => {
    await withDirectory(async (directory) => {
      const store = openXetStore(directory, { now: () => NOW });
      const put = (bytes: Uint8Array, hash = XORB.hash) => store.putXorb(hash, inPieces(bytes));
      const changed = Uint8Array.from(XORB.bytes);
      changed[5000]! ^= 1;
      await expect(put(changed)).rejects.toMatchObject({ code: "xet.hash_mismatch" });
      await expect(put(XORB.bytes.subarray(0, -1))).rejects.toThrow("cut off");
      await expect(put(new Uint8Array(0))).rejects.toThrow("no chunks");
      await expect(put(XORB.bytes, "../../../etc/passwd")).rejects.toMatchObject({ code: "xet.hash_invalid" });
      for (const header of [chunkHeader(1, 3, 1), chunkHeader(1, 0, 2), chunkHeader(0xffffff, 1, 1 << 17), chunkHeader(10, 1, 0xffffff), chunkHeader(1, 1, 0), Uint8Array.of(1, 1, 0, 0, 0, 1, 0, 0)]) {
        await expect(put(Buffer.concat([header, new Uint8Array(20)]))).rejects.toMatchObject({ code: "xet.xorb_invalid" });
      }
      const full = openXetStore(directory, {
        now: () => NOW,
        create: async (path) => ({ ...(await createLargeFile(path)), write: () => Promise.reject(Object.assign(new Error("no space left on device"), { code: "ENOSPC" })) }),
      });
      await expect(full.putXorb(XORB.hash, inPieces(XORB.bytes))).rejects.toMatchObject({ code: "large_file.disk_full" });
      const left = scanDirectory(join(directory, "uploads"));
      expect(["refused" in left ? [] : left, isFile(xorbPlace(directory, XORB.hash))]).toEqual([[], false]);
    });
  });

  it("stops reading a xorb that is too large", async () => {
    await withDirectory(async (directory) => {
      let read = 0;
      const endless = async function* () {
        const chunk = Buffer.concat([chunkHeader(1 << 17, 0, 1 << 17), new Uint8Array(1 << 17)]);
        for (;;) {
          read += chunk.byteLength;
          if (read > 1 << 28) throw new Error("read on and on");
          yield chunk;
        }
      };
      await expect(openXetStore(directory, { now: () => NOW }).putXorb(XORB.hash, endless())).rejects.toThrow("more than");
    });
  });

  it("sweeps files that are not live, and xorbs once no client can refer to them", async () => {
    await withDirectory(async (directory) => {
      const store = openXetStore(directory, { now: () => NOW });
      const other = makeXorb([randomBytes(5000)]);
      for (const { hash, bytes } of [XORB, other]) await store.putXorb(hash, inPieces(bytes));
      const shared = { terms: [{ xorb: XORB, start: 0, end: 1 }], sha256: sha256(CONTENTS[0]!) };
      const dead = { terms: [{ xorb: other, start: 0, end: 1 }, { xorb: XORB, start: 1, end: 2 }], sha256: "" };
      const deadContent = Buffer.concat([other.bytes.subarray(8), CONTENTS[1]!]);
      await putShard(store, makeShard([shared, { ...dead, sha256: sha256(deadContent) }]));
      for (const { hash } of [XORB, other]) setModified(xorbPlace(directory, hash), NOW - 29 * 86_400_000);
      const files = openLargeFiles(directory);
      const live = new Set([shared.sha256]);
      const later = Date.now() + 60_000;
      expect((await files.sweep(live, { olderThanMs: 0, now: later, keepXorbsMs: later - NOW + 30 * 86_400_000 })).removed).toEqual([sha256(deadContent)]);
      expect([XORB, other].map(({ hash }) => isFile(xorbPlace(directory, hash)))).toEqual([true, true]);
      expect((await files.sweep(live, { olderThanMs: 0, now: later, keepXorbsMs: later - NOW + 28 * 86_400_000 })).freedBytes).toBeGreaterThan(5000);
      expect([XORB, other].map(({ hash }) => isFile(xorbPlace(directory, hash)))).toEqual([true, false]);
      expect(CONTENTS[0]!.equals(await collect(files.read(shared.sha256)))).toBe(true);
      await expect(putShard(store, makeShard([{ ...dead, sha256: sha256(deadContent) }]))).rejects.toMatchObject({ code: "xet.xorb_missing" });
    });
  });

  it("makes files whole that keep a xorb of which hardly anything is needed", async () => {
    await withDirectory(async (directory) => {
      const store = openXetStore(directory, { now: () => NOW });
      await store.putXorb(XORB.hash, inPieces(XORB.bytes));
      const small = { terms: [{ xorb: XORB, start: 0, end: 1 }], sha256: sha256(CONTENTS[0]!) };
      const large = { terms: [{ xorb: XORB, start: 2, end: 6 }], sha256: sha256(contentOf(CONTENTS, [{ xorb: XORB, start: 2, end: 6 }])) };
      await putShard(store, makeShard([small, large]));
      const files = openLargeFiles(directory);
      expect(await files.release()).toEqual([]);
      await files.remove(large.sha256);
      expect([await files.release(), files.form(small.sha256)!.kind]).toEqual([[small.sha256], "whole"]);
      expect(CONTENTS[0]!.equals(await collect(files.read(small.sha256)))).toBe(true);
      const later = Date.now() + 60_000;
      await files.sweep(new Set([small.sha256]), { olderThanMs: 0, now: later, keepXorbsMs: later - NOW });
      expect(isFile(xorbPlace(directory, XORB.hash))).toBe(false);
    });
  });
});
