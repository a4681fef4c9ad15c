import fc from "fast-check";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { decode64, golden, goldenObjects, writePackedRepository } from "../../../test/fixtures/git/golden.ts";
import { applyDelta } from "./delta.ts";
import { encodeEntryHeader, readEntry } from "./pack-entry.ts";
import { openPackIndex } from "./pack-index.ts";
import { walkObjects, objectsBetween } from "./reachable.ts";
import { readPack } from "./read-pack.ts";
import { createGitStore, openGitStore, type GitStore } from "./store.ts";
import { encodePackIndex } from "./write-index.ts";
import { encodePackHeader, writePack } from "./write-pack.ts";

let place: string;
let store: GitStore;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "tunesmith-pack-"));
  store = createGitStore(join(place, "new"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

async function* inPieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}
const collect = async (pieces: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};
const packed = () => openGitStore(writePackedRepository(join(place, "old")));
const seal = (...parts: readonly Uint8Array[]) => Buffer.concat([...parts, createHash("sha1").update(Buffer.concat(parts)).digest()]);
const refusal = (message: string | RegExp) => expect.objectContaining({ code: "git.pack_refused", message: expect.stringMatching(message) as string }) as unknown as Error;
const packFolder = () => readdirSync(join(place, "new/objects/pack"));

it("reads git's packs, whatever kind of delta they hold, in pieces of any size", async () => {
  for (const [name, size] of [["pack", 1], ["pack", 7000], ["reference_deltas", 19]] as const) {
    const fresh = createGitStore(join(place, `${name}-${size}`));
    expect(await readPack(fresh, inPieces(decode64(golden[name]), size))).toBe(72);
    for (const id of Object.keys(golden.objects)) expect(openGitStore(fresh.directory).hasObject(id)).toBe(true);
    expect(readdirSync(join(fresh.directory, "objects/pack"))).toEqual([expect.stringMatching(/\.idx$/), expect.stringMatching(/\.pack$/)]);
  }
});

it("completes a thin pack from what the repository has", async () => {
  await expect(readPack(store, inPieces(decode64(golden.thin)))).rejects.toThrow(refusal("neither it nor the repository has"));
  const old = packed();
  await readPack(store, writePack(old, [...objectsBetween(old, [golden.thin_old], [])]));
  await readPack(store, inPieces(decode64(golden.thin)));
  for (const id of golden.thin_new) expect([store.objectType(id), Buffer.compare(store.readObject(id).bytes, old.readObject(id).bytes)]).toEqual([old.objectType(id), 0]);
});

it("keeps a large pack as a pack with an index that git understands, thin or not", async () => {
  const blobs = Array.from({ length: 50 }, (_, index) => ({ type: "blob" as const, bytes: Buffer.from(`file ${index}`) }));
  const base = store.writeObject("blob", Buffer.from("file 0, which has no entry"));
  const entries = blobs.map(({ type, bytes }) => Buffer.concat([encodeEntryHeader(type, bytes.byteLength), deflateSync(bytes)]));
  const delta = Buffer.from([26, 6, 0x90, 6]);
  const thin = Buffer.concat([Buffer.of(0x70 | delta.length), Buffer.from(base, "hex"), deflateSync(delta)]);
  await readPack(store, inPieces(seal(encodePackHeader(51), ...entries, thin)));
  const [index, pack] = packFolder();
  expect([packFolder().length, pack]).toEqual([2, index!.replace(".idx", ".pack")]);
  const reader = openPackIndex(join(place, "new/objects/pack", index!));
  expect(reader.count).toBe(52);
  expect(reader.find(base)).toBeGreaterThan(0);
  const fresh = openGitStore(store.directory);
  expect(Buffer.from(fresh.readObject(base).bytes).toString()).toBe("file 0, which has no entry");
  rmSync(join(place, "new/objects", base.slice(0, 2)), { recursive: true });
  for (const { type, bytes } of blobs) expect(fresh.readObject(fresh.writeObject(type, bytes))).toEqual({ type, bytes });
  expect(readdirSync(join(place, "new/objects"))).toEqual(["info", "pack"]);
});

it("writes the index that git wrote", () => {
  const old = packed();
  const ids = Object.keys(golden.objects).sort().reverse();
  const index = openPackIndex(join(old.directory, "objects/pack/pack-golden.idx"));
  const recorded = Buffer.from(decode64(golden.index));
  const sorted = ids.toSorted();
  const bytes = encodePackIndex(
    {
      count: ids.length,
      ids: Buffer.from(ids.join(""), "hex"),
      offsets: Float64Array.from(ids, (id) => index.find(id)!),
      checksums: Uint32Array.from(ids, (id) => recorded.readUInt32BE(1032 + 20 * ids.length + 4 * sorted.indexOf(id))),
    },
    decode64(golden.pack).subarray(-20),
  );
  expect(Buffer.compare(bytes, recorded)).toBe(0);
});

it("finds objects beyond 2 GiB by the second table of an index", () => {
  const offsets = Float64Array.of(12, 2 ** 31, 2 ** 40 + 5);
  const path = join(place, "far.idx");
  writeFileSync(path, encodePackIndex({ count: 3, ids: Buffer.from(["a", "b", "c"].map((digit) => digit.repeat(40)).join(""), "hex"), offsets, checksums: new Uint32Array(3) }, new Uint8Array(20)));
  const index = openPackIndex(path);
  expect(["a", "b", "c", "d"].map((digit) => index.find(digit.repeat(40)))).toEqual([...offsets, undefined]);
  expect([index.list("bb"), index.list("00")]).toEqual([["b".repeat(40)], []]);
});

it("writes packs that hold what was asked for, large files too", async () => {
  const large = store.writeObject("blob", new Uint8Array(400_000).map((_, index) => (index * index) >> 7));
  const small = goldenObjects.slice(0, 10).map(({ type, bytes }) => store.writeObject(type, bytes));
  const ids = [large, ...small];
  const other = createGitStore(join(place, "other"));
  expect(await readPack(other, inPieces(await collect(writePack(store, ids)), 65_536))).toBe(ids.length);
  for (const id of ids) expect(Buffer.compare(other.readObject(id).bytes, store.readObject(id).bytes)).toBe(0);
  expect(await collect(writePack(store, []))).toHaveLength(32);
});

it("says which objects are new between two commits", () => {
  const old = packed();
  const main = golden.refs["refs/heads/main"]!;
  expect([...objectsBetween(old, [main], [golden.thin_old])].toSorted()).toEqual(golden.thin_new);
  const all = Object.keys(golden.objects).toSorted();
  expect([...objectsBetween(old, Object.values(golden.refs), [])].toSorted()).toEqual(all);
  expect([...objectsBetween(old, [main], [main])]).toEqual([]);
  expect([...objectsBetween(old, [golden.refs["refs/tags/of-tag"]!], [main, "1".repeat(40)])].toSorted()).toEqual([golden.refs["refs/tags/of-tag"]!, golden.refs["refs/tags/v1.0"]!].toSorted());
  const shallow = [...walkObjects(old, [main], [], { shallow: new Set([main]) })];
  expect(shallow.filter(({ type }) => type === "commit")).toEqual([{ id: main, type: "commit" }]);
});

it("refuses packs that lie about counts and sizes, without believing them", async () => {
  const entry = (type: number, size: readonly number[], body: Uint8Array) => Buffer.concat([Buffer.from([(type << 4) | size[0]!, ...size.slice(1)]), deflateSync(body)]);
  const one = entry(3, [1], Buffer.from("x"));
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [seal(encodePackHeader(0xffffffff)), /promises 4294967295 objects/],
    [seal(encodePackHeader(1_900_000), one), /in 42 bytes/],
    [seal(encodePackHeader(1), one, one), /bytes follow its last entry/],
    [seal(encodePackHeader(2), one), /promises 2 objects in|outside its entries/],
    [seal(encodePackHeader(1), entry(3, [0x81, 0xff, 0xff, 0xff, 0x7f], Buffer.from("x"))), /at most 134217728 are allowed/],
    [seal(encodePackHeader(1), entry(3, [0x8f, 0xff, 0xff, 0x3], Buffer.from("x"))), /it unpacks to 1 bytes and promises/],
    [seal(encodePackHeader(1), entry(3, [1], new Uint8Array(1 << 20))), /unpacks to more than the 1 bytes/],
    [seal(encodePackHeader(1), entry(5, [1], Buffer.from("x"))), /unknown type 5/],
    [seal(encodePackHeader(1), one.subarray(0, 6), Buffer.alloc(4)), /./],
    [seal(encodePackHeader(1), Buffer.concat([Buffer.of(0x61, 0x7f), deflateSync(Buffer.from("x"))])), /base outside the pack/],
    [seal(encodePackHeader(1), entry(2, [2], Buffer.from("xx"))), /unusable tree/],
    [Buffer.concat([encodePackHeader(1), one, Buffer.alloc(20)]), /its checksum/],
    [Buffer.from("PACK"), /cut off/],
    [seal(Buffer.from("PACX\0\0\0\x02\0\0\0\0")), /no header/],
  ];
  for (const [bytes, message] of cases) await expect(readPack(store, inPieces(bytes))).rejects.toThrow(refusal(message));
  const bytes = decode64(golden.pack);
  for (const [limits, message] of [[{ maxPackBytes: 100 }, /more than 100 bytes/], [{ maxObjects: 5 }, /at most 5/], [{ maxObjectBytes: 100 }, /at most 100/], [{ maxUnpackedBytes: 30_000 }, /more than 30000/]] as const) {
    await expect(readPack(store, inPieces(bytes), limits)).rejects.toThrow(refusal(message));
  }
  expect([packFolder(), readdirSync(join(place, "new/objects"))]).toEqual([[], ["info", "pack"]]);
});

it("survives any damage to a pack", async () => {
  const whole = decode64(golden.reference_deltas);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ at: fc.nat(whole.byteLength - 21), value: fc.nat(255) }), { minLength: 1, maxLength: 4 }), async (damages) => {
      const body = Buffer.from(whole.subarray(0, -20));
      for (const { at, value } of damages) body[at] = value;
      await readPack(store, inPieces(seal(body), 5000)).catch((error: unknown) => expect(error).toMatchObject({ code: "git.pack_refused" }));
    }),
    { numRuns: 40, seed: 3 },
  );
});

it("applies deltas, and refuses those that do not fit", () => {
  const base = Buffer.from("0123456789");
  const copy = (...bytes: readonly number[]) => Uint8Array.from(bytes);
  expect(Buffer.from(applyDelta(base, copy(10, 6, 0x91, 2, 4, 2, 65, 66), 100)).toString()).toBe("2345AB");
  for (const delta of [copy(9, 1, 1, 65), copy(10, 2, 1, 65), copy(10, 1, 0), copy(10, 8, 0x91, 5, 8), copy(10, 3, 3, 65), copy(10), copy(10, 200, 1, 1, 65), copy(10, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 65)]) {
    expect(() => applyDelta(base, delta, 100)).toThrow(RangeError);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (delta) => {
      try {
        expect(applyDelta(base, delta, 1000).byteLength).toBeLessThanOrEqual(1000);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

it("reads any bytes as an entry or refuses them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const source = { sizeBytes: bytes.byteLength + 32, read: (offset: number, length: number) => Buffer.concat([Buffer.alloc(12), bytes, Buffer.alloc(20)]).subarray(offset, offset + length) };
      try {
        expect(readEntry(source, 12).start).toBeLessThanOrEqual(12 + bytes.byteLength);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});
