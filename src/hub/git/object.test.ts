import fc from "fast-check";
import { expect, it } from "vitest";
import { golden, goldenObjects } from "../../../test/fixtures/git/golden.ts";
import { encodeCommit, encodeTag, parseCommit, parseTag, type Person } from "./commit.ts";
import { decodeFileName, encodeFileName } from "./file-name.ts";
import { EMPTY_TREE, hashObject } from "./object.ts";
import { checkTree, encodeTree, parseTree, type TreeEntry, type TreeMode } from "./tree.ts";

const of = (type: string) => goldenObjects.filter((object) => object.type === type);

it("gives every object the id that git gives it", () => {
  for (const { id, type, bytes } of goldenObjects) expect(hashObject(type, bytes)).toBe(id);
  expect(hashObject("tree", new Uint8Array(0))).toBe(EMPTY_TREE);
});

it("reads and writes git's trees byte by byte, whatever order the entries come in", () => {
  expect(of("tree").length).toBeGreaterThan(20);
  for (const { bytes } of of("tree")) {
    checkTree(bytes);
    expect(Buffer.from(encodeTree([...parseTree(bytes)].reverse())).equals(bytes)).toBe(true);
  }
  const root = golden.tree.filter(({ path }) => !Buffer.from(path, "base64").includes("/"));
  expect(root.map(({ path }) => decodeFileName(Buffer.from(path, "base64")))).toEqual(["README.md", "data-1", "data.txt", "data", "deep", "latin-\udce9.txt", "link", "module", "side", "tools", "ünï"]);
});

it("reads and writes git's commits and tags byte by byte", () => {
  const headers = of("commit").flatMap(({ bytes }) => parseCommit(bytes).extra ?? []);
  expect(headers).toEqual(expect.arrayContaining([{ name: "gpgsig", value: "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----" }, { name: "encoding", value: "ISO-8859-1" }]));
  for (const { bytes } of of("commit")) {
    const commit = parseCommit(bytes);
    if (commit.extra?.some(({ name }) => name === "encoding")) expect(commit.message).toBe("café\n");
    else expect(Buffer.from(encodeCommit(commit)).equals(bytes)).toBe(true);
  }
  expect(of("tag").map(({ bytes }) => parseTag(bytes).tag).sort()).toEqual(["of-tag", "v1.0"]);
  for (const { bytes } of of("tag")) expect(Buffer.from(encodeTag(parseTag(bytes))).equals(bytes)).toBe(true);
});

it("says who made a commit, when, and on what", () => {
  const first = parseCommit(goldenObjects.find(({ id }) => id === golden.peeled.light)!.bytes);
  expect(first).toMatchObject({
    parents: [],
    author: { name: "Ada Lovelace", email: "ada@example.org", seconds: 1_700_000_060, zone: "+0100" },
    committer: { name: "Zoë Müller", email: "zoe@example.org", seconds: 1_700_000_065, zone: "-0330" },
    message: "Begin\n\nWith a body of\n\ntwo paragraphs.\n",
  });
});

it("lets no sign of the format into a name, and no NUL into a text", () => {
  const person: Person = { name: "Eve\n<x>\0 ", email: "e>v\ne", seconds: 1, zone: "+0000" };
  const commit = { tree: EMPTY_TREE, parents: [], author: person, committer: person, message: "m\n" };
  expect(parseCommit(encodeCommit(commit)).author).toMatchObject({ name: "Evex", email: "eve" });
  expect(() => encodeCommit({ ...commit, message: "a\0b" })).toThrow(expect.objectContaining({ code: "git.object_invalid" }));
  expect(() => encodeCommit({ ...commit, tree: "x" })).toThrow(TypeError);
});

it("refuses names that no tree may hold", () => {
  for (const name of ["", ".", "..", ".git", ".GIT", ".g\u200cit", "git~1", ".git. ", "a/b", "a\0"]) {
    expect(() => encodeTree([{ mode: "100644", name, id: EMPTY_TREE }]), name).toThrow(expect.objectContaining({ code: "git.path_invalid" }));
  }
  const twice = (["100644", "40000"] as const).map((mode) => ({ mode, name: "a", id: EMPTY_TREE }));
  expect(() => encodeTree(twice)).toThrow("it comes twice in one folder");
  const evil = Buffer.concat([Buffer.from("100644 ../x\0"), Buffer.alloc(20)]);
  expect(() => checkTree(evil)).toThrow("a slash is in a name");
});

const name = fc.uint8Array({ minLength: 1, maxLength: 12 }).filter((bytes) => !bytes.includes(0) && !bytes.includes(47));
const entry = fc.record<TreeEntry>({
  mode: fc.constantFrom<TreeMode>("100644", "100755", "120000", "40000", "160000"),
  name: name.map(decodeFileName).filter((text) => !/^[.~]|^git~1/i.test(text)),
  id: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("hex")),
});

it("gets every name and every tree back", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => void expect([...encodeFileName(decodeFileName(bytes))]).toEqual([...bytes])));
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: (one) => one.name, maxLength: 8 }), (entries) => {
      const bytes = encodeTree(entries);
      checkTree(bytes);
      expect(new Set(parseTree(bytes).map((one) => JSON.stringify(one)))).toEqual(new Set(entries.map(({ mode, name, id }) => JSON.stringify({ mode, name, id }))));
    }),
  );
});

it("takes any bytes for an object and says at most that they are none", () => {
  for (const parse of [parseTree, checkTree, parseCommit, parseTag] as const) {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          parse(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "git.object_invalid" });
        }
      }),
    );
  }
});
