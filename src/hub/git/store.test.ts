import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { golden, goldenObjects, writePackedRepository } from "../../../test/fixtures/git/golden.ts";
import { loosePath } from "./loose.ts";
import { EMPTY_TREE, hashObject } from "./object.ts";
import { createGitStore, openGitStore } from "./store.ts";

let place: string;
beforeEach(() => void (place = mkdtempSync(join(tmpdir(), "tunesmith-git-"))));
afterEach(() => rmSync(place, { recursive: true, force: true }));

const bytesOf = (text: string) => Buffer.from(text);
const plant = (id: string, contents: Uint8Array) => {
  mkdirSync(join(place, "objects", id.slice(0, 2)), { recursive: true });
  writeFileSync(loosePath(place, id), contents);
};

it("makes a repository once, and opens nothing that is none", () => {
  const store = createGitStore(join(place, "a"));
  expect([store.head(), store.refs.list()]).toEqual(["refs/heads/main", []]);
  expect(() => createGitStore(join(place, "a"))).toThrow(expect.objectContaining({ code: "git.store_taken" }));
  expect(() => openGitStore(place)).toThrow(expect.objectContaining({ code: "git.store_missing" }));
  writeFileSync(join(place, "a/config"), "[extensions]\n\tobjectFormat = sha256\n");
  expect(() => openGitStore(join(place, "a"))).toThrow("its ids are not SHA-1");
});

it("writes an object once, read-only, and reads it back", () => {
  const store = createGitStore(place);
  for (const { id, type, bytes } of goldenObjects.filter((_, index) => index % 5 === 0)) {
    expect(store.writeObject(type, bytes)).toBe(id);
    expect(openGitStore(place).readObject(id)).toEqual({ type, bytes: Buffer.from(bytes) });
    expect([store.hasObject(id), store.objectSize(id), store.objectType(id)]).toEqual([true, bytes.byteLength, type]);
  }
  const id = store.writeObject("blob", bytesOf("twice"));
  const before = statSync(loosePath(place, id));
  expect(before.mode & 0o777).toBe(0o444);
  chmodSync(loosePath(place, id), 0o400);
  store.writeObject("blob", bytesOf("twice"));
  expect(statSync(loosePath(place, id)).ino).toBe(before.ino);
  expect(readdirSync(join(place, "objects", id.slice(0, 2))).filter((name) => name.startsWith("tmp"))).toEqual([]);
});

it("keeps a large file of noise as it is and a large text small", () => {
  const store = createGitStore(place);
  const noise = new Uint8Array(5 << 18).map((_, index) => Math.imul(index * index + 12345, 2654435761) >>> 24);
  for (const bytes of [noise, new Uint8Array(5 << 18)]) expect(Buffer.compare(openGitStore(place).readObject(store.writeObject("blob", bytes)).bytes, bytes)).toBe(0);
});

it("reads every object of a repository that git packed, through its deltas", () => {
  const store = openGitStore(writePackedRepository(place));
  for (const [id, { type, size }] of Object.entries(golden.objects)) {
    expect([id, store.hasObject(id), store.objectType(id), store.objectSize(id)]).toEqual([id, true, type, size]);
    const object = store.readObject(id);
    expect(hashObject(object.type, object.bytes)).toBe(id);
  }
  expect(store.writeObject("blob", bytesOf("# A model\n"))).toBe(hashObject("blob", bytesOf("# A model\n")));
  expect(readdirSync(join(place, "objects"))).toEqual(["info", "pack"]);
});

it("finds what is packed while it stands open", () => {
  const store = createGitStore(place);
  const [id] = Object.keys(golden.objects);
  const { mtime } = statSync(join(place, "objects/pack"));
  expect(store.hasObject(id!)).toBe(false);
  writePackedRepository(place);
  // As where the clock of the file system did not tick between the two.
  utimesSync(join(place, "objects/pack"), mtime, mtime);
  expect([store.hasObject(id!), store.refs.read("refs/heads/main")]).toEqual([true, golden.refs["refs/heads/main"]]);
});

it("finds objects by the beginning of their id, loose and packed", () => {
  const store = openGitStore(writePackedRepository(place));
  const id = store.writeObject("blob", bytesOf("loose"));
  const main = golden.refs["refs/heads/main"]!;
  expect([store.findObjects(id.slice(0, 6)), store.findObjects(main.slice(0, 4)), store.findObjects("abc"), store.findObjects("zzzz")]).toEqual([[id], [main], [], []]);
});

it("knows the empty tree, and says what is not there", () => {
  const store = createGitStore(place);
  expect(store.readObject(EMPTY_TREE).bytes).toHaveLength(0);
  expect(store.hasObject("0".repeat(40))).toBe(false);
  for (const id of ["0".repeat(40), "../../etc/passwd", ""]) expect(() => store.readObject(id)).toThrow(expect.objectContaining({ code: "git.object_missing" }));
});

it("reads the size of what begins with long tables of codes, or unpacks to much", () => {
  const store = createGitStore(place);
  let state = 1;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  // Every byte occurs, some a thousand times as often as others, in no order: codes of all lengths.
  const often = Array.from({ length: 256 }, () => 2 ** (-12 * random()));
  const total = often.reduce((sum, one) => sum + one, 0);
  const skewed = Uint8Array.from({ length: 60_000 }, () => {
    let left = random() * total;
    return often.findIndex((one) => (left -= one) < 0);
  });
  for (const bytes of [skewed, new Uint8Array(5 << 20)]) {
    const whole = Buffer.concat([bytesOf(`blob ${bytes.byteLength}\0`), bytes]);
    const id = hashObject("blob", bytes);
    plant(id, deflateSync(whole, { level: 9 }));
    expect([store.objectSize(id), openGitStore(place).readObject(id).bytes.byteLength]).toEqual([bytes.byteLength, bytes.byteLength]);
  }
});

it("refuses what is damaged, another object, or larger than it says", () => {
  const store = createGitStore(place);
  const id = "ab".repeat(20);
  for (const contents of [
    bytesOf("no zlib"),
    deflateSync(bytesOf("blob 5\0hello")),
    deflateSync(bytesOf("blob 999999999999\0x")),
    deflateSync(bytesOf("blob 4\0hello")),
    deflateSync(bytesOf("blob 6\0hello")),
    deflateSync(bytesOf("elf 1\0h")),
    deflateSync(Buffer.concat([bytesOf("blob 1\0"), Buffer.alloc(1 << 24)])),
    deflateSync(bytesOf("blob 5\0hello")).subarray(0, 12),
    new Uint8Array(0),
  ]) {
    plant(id, contents);
    expect(() => store.readObject(id)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^git\.object_(damaged|too_large)$/) as string }));
  }
});

it("refuses damaged packs and indexes by name", () => {
  writePackedRepository(place);
  const pack = join(place, "objects/pack/pack-golden.pack");
  writeFileSync(pack, Buffer.alloc(2000));
  expect(() => openGitStore(place).readObject(golden.refs["refs/heads/main"]!)).toThrow(expect.objectContaining({ code: "git.pack_damaged" }));
  writeFileSync(pack.replace(".pack", ".idx"), Buffer.alloc(2000));
  expect(() => openGitStore(place).hasObject(golden.refs["refs/heads/main"]!)).toThrow("it is no index of version 2");
});
