import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { file, header, lfsFile, withHub, type TestHub } from "../../../test/helpers/hub.ts";

const API = "/api/models/ann/m";
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

async function store({ host }: TestHub, text: string): Promise<string> {
  await host.large.put(digest(text), text.length, (async function* () { yield Buffer.from(text); })());
  host.possession.note(host.repositories.find("model", "ann/m")!.repository, digest(text));
  return digest(text);
}

describe("large files of a repository", () => {
  it("are listed from all commits, and taken out of them for good", async () => {
    await withHub(async (hub) => {
      const [gone, kept] = [await store(hub, "gone"), await store(hub, "kept")];
      await hub.commit("ann/m", [header("one"), file("a.txt", "a")]);
      const before = (await hub.ask("GET", API)).at("sha");
      await hub.commit("ann/m", [header("two"), lfsFile("d/x.bin", gone), lfsFile("k.bin", kept)]);
      await hub.ask("POST", `${API}/tag/main`, { body: { tag: "v1", message: "old" } });
      await hub.commit("ann/m", [header("three"), { key: "deletedFile", value: { path: "d/x.bin" } }]);
      const listed = (await hub.ask("GET", `${API}/lfs-files`)).json as { fileOid: string; filename: string }[];
      expect(listed.map(({ filename }) => filename)).toEqual(["d/x.bin", "k.bin"]);
      const sha = [listed[0]!.fileOid];
      expect((await hub.ask("POST", `${API}/lfs-files/batch`, { body: { deletions: { sha, rewriteHistory: false } } })).status).toBe(400);
      expect((await hub.ask("POST", `${API}/lfs-files/batch`, { body: { deletions: { sha, rewriteHistory: true } } })).status).toBe(200);
      expect(((await hub.ask("GET", `${API}/lfs-files`)).json as { filename: string }[]).map(({ filename }) => filename)).toEqual(["k.bin"]);
      const commits = (await hub.ask("GET", `${API}/commits/main`)).json as { title: string; id: string }[];
      expect([commits.map(({ title }) => title), commits[2]!.id]).toEqual([["three", "two", "one", "initial commit"], before]);
      expect(((await hub.ask("GET", `${API}/tree/v1?recursive=true`)).json as { path: string }[]).map(({ path }) => path)).toEqual([".gitattributes", "a.txt", "k.bin"]);
      expect((await hub.ask("GET", `${API}/refs`)).at("tags.0.message")).toBe("old");
    });
  });

  it("are given to another repository by who may write there", async () => {
    await withHub(async (hub) => {
      const oid = await store(hub, "shared");
      await hub.commit("ann/m", [header(), lfsFile("x.bin", oid)]);
      await hub.ask("POST", "/api/repos/create", { body: { name: "acme/n" } });
      const copy = () => hub.commit("acme/n", [header(), lfsFile("x.bin", oid)]);
      const give = (as: "ann" | "bob", sha256: string) => hub.ask("POST", `${API}/lfs-files/duplicate`, { as, body: { target: { type: "model", name: "acme/n" }, files: [{ sha256, filename: "x.bin", xetHash: null }] } });
      expect([(await copy()).status, (await give("bob", oid)).status, (await give("ann", digest("other"))).at("failed.length"), (await give("ann", oid)).at("failed"), (await copy()).status]).toEqual([400, 403, 1, [], 200]);
    });
  });
});
