import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { deletedFile, file, header, lfsFile, withHub, type TestHub } from "../../../test/helpers/hub.ts";
import { listTree } from "../git/paths.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const paths = ({ host }: TestHub, id = "ann/m") => {
  const { git } = host.repositories.find("model", id)!.repository;
  return listTree(git, git.refs.read("refs/heads/main")!, "", { recursive: true }).map(({ path }) => path);
};
const headOf = ({ host }: TestHub) => host.repositories.find("model", "ann/m")!.repository.git.refs.read("refs/heads/main")!;

async function upload(hub: TestHub, content: string): Promise<string> {
  const oid = sha256(content);
  const batch = await hub.ask("POST", "/ann/m.git/info/lfs/objects/batch", { body: { operation: "upload", transfers: ["basic"], objects: [{ oid, size: content.length }] } });
  const href = String(batch.at("objects.0.actions.upload.href"));
  expect((await hub.ask("PUT", href.replace("http://localhost:8080", ""), { as: "nobody", body: content })).status).toBe(200);
  return oid;
}

describe("a commit", () => {
  it("writes, replaces and deletes files, and says where it is", async () => {
    await withHub(async (hub) => {
      const { json, status } = await hub.commit("ann/m", [header("one"), file("a.txt", "a"), file("d/b.txt", "b")]);
      expect({ status, json }).toEqual({ status: 200, json: { success: true, commitOid: headOf(hub), commitUrl: `http://localhost:8080/ann/m/commit/${headOf(hub)}`, pullRequestUrl: null, hookOutput: "" } });
      await hub.commit("ann/m", [header("two"), deletedFile("a.txt"), file("d/b.txt", "B")]);
      expect(paths(hub)).toEqual([".gitattributes", "d", "d/b.txt"]);
      expect((await hub.ask("GET", "/ann/m/resolve/main/d/b.txt")).bytes.toString()).toBe("B");
    });
  });

  it("is a commit as git writes it", async () => {
    await withHub(async (hub) => {
      const made = await hub.commit("ann/m", [header("Füge hinzu", { description: "weil" }), file("grüße.txt", "hé\n")]);
      const repository = hub.host.repositories.find("model", "ann/m")!.repository;
      expect(Buffer.from(repository.git.readObject(String(made.at("commitOid"))).bytes).toString()).toMatch(/^tree [0-9a-f]{40}\nparent [0-9a-f]{40}\nauthor ann <ann@users.noreply.localhost> 1767323045 \+0000\ncommitter ann <ann@users.noreply.localhost> 1767323045 \+0000\n\nFüge hinzu\n\nweil\n$/);
    });
  });

  it("is refused when its parent is not the head, in the words that clients know", async () => {
    await withHub(async (hub) => {
      const before = headOf(hub);
      await hub.commit("ann/m", [header(), file("a.txt", "a")]);
      const refused = await hub.commit("ann/m", [header("other", { parentCommit: before }), file("b.txt", "b")]);
      expect([refused.status, refused.at("error")]).toEqual([412, "The branch was updated since you opened this page. Please refresh and try again."]);
      expect((await hub.commit("ann/m", [header("other", { parentCommit: headOf(hub) }), file("b.txt", "b")])).status).toBe(200);
    });
  });

  it("is made once when a client that lost the answer sends it again", async () => {
    await withHub(async (hub) => {
      const lines = [header("once", { parentCommit: headOf(hub) }), file("a.txt", "a")];
      const [first, second] = [await hub.commit("ann/m", lines), await hub.commit("ann/m", lines)];
      expect(second.json).toEqual(first.json);
      const bare = [header("twice"), file("b.txt", "b")];
      expect((await hub.commit("ann/m", bare)).at("commitOid")).toBe((await hub.commit("ann/m", bare)).at("commitOid"));
    });
  });

  it("loses nothing when 32 commit at once", async () => {
    await withHub(async (hub) => {
      const answers = await Promise.all(Array.from({ length: 32 }, (_, index) => hub.commit("ann/m", [header(`number ${index}`), file(`f/${index}.txt`, String(index))])));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 32 }, () => 200));
      expect(paths(hub).filter((path) => path.startsWith("f/")).length).toBe(32);
      expect((await hub.ask("GET", "/api/models/ann/m/commits/main?limit=100")).at("length")).toBe(33);
    });
  });

  it("of the same parent wins only once when 8 race", async () => {
    await withHub(async (hub) => {
      const parentCommit = headOf(hub);
      const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => hub.commit("ann/m", [header(`race ${index}`, { parentCommit }), file("same.txt", String(index))])));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
    });
  });

  it("refers to large files that were uploaded, and to no others", async () => {
    await withHub(async (hub) => {
      const oid = await upload(hub, "weights");
      const refused = await hub.commit("ann/m", [header(), lfsFile("a.bin", sha256("never"), 5)]);
      expect([refused.status, refused.at("error")]).toEqual([400, expect.stringContaining("a.bin")]);
      expect((await hub.commit("ann/m", [header(), lfsFile("a.bin", oid, 8)])).status).toBe(400);
      await hub.commit("ann/m", [header(), lfsFile("a.bin", oid, 7), lfsFile("copy of.weights", oid)]);
      expect((await hub.ask("GET", "/ann/m/resolve/main/a.bin")).bytes.toString()).toBe("weights");
      expect((await hub.ask("GET", "/ann/m/raw/main/a.bin")).bytes.toString()).toBe(`version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 7\n`);
      // A name that no pattern covers gets a line, so that git's own client fetches the content.
      expect((await hub.ask("GET", "/ann/m/raw/main/.gitattributes")).bytes.toString()).toMatch(/\ncopy\?of\.weights filter=lfs diff=lfs merge=lfs -text\n$/);
    });
  });

  it("refuses paths that lead out of the repository, hide in git's own folder or fit no file system", async () => {
    await withHub(async (hub) => {
      const hostile = ["..\\..\\traversal.txt", "../a", "a/../b", "/a", "a//b", "", ".git/config", "a/.GIT/hooks/x", "a\0b", "x".repeat(300), `${"d/".repeat(200)}f`];
      for (const path of hostile) expect([path, (await hub.commit("ann/m", [header(), file(path, "x")])).status, (await hub.commit("ann/m", [header(), deletedFile(path)])).status]).toEqual([path, 422, 422]);
      expect(paths(hub)).toEqual([".gitattributes"]);
    });
  });

  it("says which file that is to be deleted is not there", async () => {
    await withHub(async (hub) => {
      const refused = await hub.commit("ann/m", [header(), deletedFile("nope.txt")]);
      expect([refused.status, refused.headers["x-error-code"], refused.at("error")]).toEqual([404, "EntryNotFound", expect.stringContaining("A file with this name doesn't exist")]);
    });
  });

  it("is for who may write", async () => {
    await withHub(async (hub) => {
      const statuses = [];
      for (const as of ["nobody", "bob", "reader"] as const) statuses.push((await hub.commit("ann/m", [header(), file("a", "a")], { as })).status);
      expect(statuses).toEqual([401, 403, 403]);
      expect((await hub.commit("ann/m", [header(), file("a", "a")], { as: { authorization: "Bearer hf_unknown" } })).status).toBe(401);
    });
  });

  it("goes to a branch that is there", async () => {
    await withHub(async (hub) => {
      const refused = await hub.ask("POST", "/api/models/ann/m/commit/nope", { body: JSON.stringify(header()) });
      expect([refused.status, refused.headers["x-error-code"]]).toEqual([404, "RevisionNotFound"]);
    });
  });

  it("refuses a body that is none", async () => {
    await withHub(async (hub) => {
      const bodies = ["{", '{"key":"file"}', '{"key":"header","value":{"summary":""}}', '{"key":"nothing","value":{}}', "", '{"key":"header","value":{"summary":"a"}}\n{"key":"file","value":{"path":"a","content":"%%","encoding":"base64"}}'];
      for (const body of bodies) expect([body, (await hub.ask("POST", "/api/models/ann/m/commit/main", { body })).status]).toEqual([body, 400]);
      expect(paths(hub)).toEqual([".gitattributes"]);
    });
  });

  it("takes long files, and decodes them as short ones", async () => {
    await withHub(async (hub) => {
      const long = "0123456789\"\\é".repeat(30_000);
      await hub.commit("ann/m", [header(), { key: "file", value: { encoding: "base64", content: Buffer.from(long).toString("base64"), path: 'say "content": "x".txt' } }]);
      expect((await hub.ask("GET", `/ann/m/resolve/main/${encodeURIComponent('say "content": "x".txt')}`)).bytes.toString()).toBe(long);
    });
  });

  it("refuses a card that is no YAML", async () => {
    await withHub(async (hub) => {
      const refused = await hub.commit("ann/m", [header(), file("README.md", "---\na: [\n---\n")]);
      expect([refused.status, refused.at("errors")]).toEqual([400, [{ message: expect.stringContaining("Invalid metadata") }]]);
    });
  });

  it("says when there is no room, and leaves nothing behind", async () => {
    await withHub(
      async (hub) => {
        const content = "x".repeat(200);
        const batch = await hub.ask("POST", "/ann/m.git/info/lfs/objects/batch", { body: { operation: "upload", objects: [{ oid: sha256(content), size: 200 }] } });
        expect(batch.at("objects.0.error")).toMatchObject({ code: 413, message: expect.stringContaining("quota") });
        const refused = await hub.commit("ann/m", [header(), file("a.txt", content)]);
        expect([refused.status, paths(hub)]).toEqual([413, [".gitattributes"]]);
      },
      { quotaBytes: 100 },
    );
    await withHub(async ({ host }) => expect(() => host.requireRoom(2 ** 52)).toThrow(expect.objectContaining({ code: "hub.disk_full" })));
  });
});
