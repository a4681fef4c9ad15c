import { rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { file, header, withHub } from "../../../test/helpers/hub.ts";
import { createFile, exists } from "../../files/index.ts";
import { collectGarbage } from "./garbage.ts";
import { repairHost } from "./repair.ts";

describe("a repository", () => {
  it("begins with one commit, is found in any case of letters, and once", async () => {
    await withHub(async (hub) => {
      expect((await hub.ask("GET", "/api/models/ann/m/commits/main")).json).toMatchObject([{ title: "initial commit", authors: [{ user: "ann" }] }]);
      expect((await hub.ask("GET", "/api/models/ANN/M")).at("id")).toBe("ann/m");
      const again = await hub.ask("POST", "/api/repos/create", { body: { name: "M" } });
      expect([again.status, again.at("url")]).toEqual([409, "http://localhost:8080/ann/m"]);
      const both = await Promise.all([1, 2].map(() => hub.ask("POST", "/api/repos/create", { body: { name: "race" } })));
      expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    });
  });

  it("may begin with files and a licence", async () => {
    await withHub(async (hub) => {
      await hub.ask("POST", "/api/repos/create", { body: { name: "ann/d", type: "dataset", license: "mit", files: [{ path: "x/a.txt", content: Buffer.from("hi").toString("base64"), encoding: "base64" }] } });
      expect((await hub.ask("GET", "/datasets/ann/d/resolve/main/README.md")).bytes.toString()).toBe("---\nlicense: mit\n---\n");
      await hub.ask("POST", "/api/repos/create", { body: { name: "null", type: "space", sdk: "gradio" } });
      expect((await hub.ask("GET", "/spaces/ann/null/resolve/main/README.md")).bytes.toString()).toBe('---\ntitle: "null"\nsdk: gradio\n---\n');
      expect((await hub.ask("GET", "/api/datasets/ann/d")).at("tags")).toEqual(["license:mit"]);
      expect((await hub.ask("POST", "/api/repos/create", { body: { name: "e", files: [{ path: "../e", content: "" }] } })).status).toBe(422);
      expect((await hub.ask("GET", "/api/models/ann/e")).status).toBe(404);
    });
  });

  it("has a name that is safe in a path", async () => {
    await withHub(async (hub) => {
      for (const name of ["..", ".hidden", "a/b/c", "a--b", "x".repeat(97), "a b", "a\\b", "ü", "", "a.git", "%2e%2e"]) expect([name, (await hub.ask("POST", "/api/repos/create", { body: { name } })).status]).toEqual([name, 400]);
    });
  });

  it("keeps its old name as a way to it when it moves", async () => {
    await withHub(async (hub) => {
      await hub.ask("POST", "/api/repos/move", { body: { fromRepo: "ann/m", toRepo: "acme/n", type: "model" } });
      const moved = await hub.ask("GET", "/ann/m/resolve/main/.gitattributes?x=1");
      expect([moved.status, moved.headers["location"]]).toEqual([307, "/acme/n/resolve/main/.gitattributes?x=1"]);
      expect((await hub.ask("GET", "/api/models/ann/m")).headers["location"]).toBe("/api/models/acme/n");
      expect((await hub.commit("ann/m", [header(), file("a", "a")])).status).toBe(200);
      const again = await hub.reopen();
      expect((await again.ask("GET", "/api/models/ann/m")).headers["location"]).toBe("/api/models/acme/n");
      expect((await again.ask("POST", "/api/repos/create", { body: { name: "m" } })).status).toBe(200);
      expect((await again.ask("GET", "/api/models/ann/m")).at("id")).toBe("ann/m");
      expect((await again.ask("POST", "/api/repos/move", { body: { fromRepo: "acme/n", toRepo: "ann/m" } })).at("error")).toBe("A model repository called ann/m already exists");
    });
  });

  it("is gone when it was deleted, for those who wait for it too", async () => {
    await withHub(async (hub) => {
      const [gone, late] = await Promise.all([hub.ask("DELETE", "/api/repos/delete", { body: { name: "m", organization: null } }), hub.commit("ann/m", [header(), file("a", "a")])]);
      expect([gone.status, late.status]).toEqual([200, 404]);
      expect((await hub.ask("DELETE", "/api/repos/delete", { body: { name: "m" } })).headers["x-error-code"]).toBe("RepoNotFound");
      expect(exists(join(hub.directory, "repositories", "models", "ann", "m", "HEAD"))).toBe(false);
      expect([(await hub.ask("POST", "/api/repos/create", { body: { name: "m" } })).status, (await hub.ask("GET", "/api/models/ann/m/commits/main")).at("length")]).toEqual([200, 1]);
    });
  });

  it("is copied with its history", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header("one"), file("a.txt", "a")]);
      await hub.ask("POST", "/api/models/ann/m/tag/main", { body: { tag: "v1", message: "first" } });
      await hub.ask("POST", "/api/models/ann/m/duplicate", { body: { repository: "acme/copy" } });
      const [from, to] = [await hub.ask("GET", "/api/models/ann/m/refs"), await hub.ask("GET", "/api/models/acme/copy/refs")];
      expect(to.json).toEqual(from.json);
    });
  });
});

describe("a list", () => {
  it("finds by owner, words, tags, library, base model and dataset, in pages", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header(), file("README.md", "---\nlicense: mit\nlibrary_name: peft\nbase_model: x/base\ndatasets: [ann/d]\ntags: [lora]\nlanguage: en\npipeline_tag: text-generation\n---\n# Hi")]);
      await hub.ask("POST", "/api/repos/create", { body: { name: "other" } });
      const found = async (query: string) => ((await hub.ask("GET", `/api/models?${query}`)).json as { id: string }[]).map(({ id }) => id);
      for (const query of ["author=ANN&search=m", "filter=lora", "filter=base_model:x/base&filter=peft", "filter=base_model:adapter:x/base", "filter=dataset:ann/d", "library=peft", "pipeline_tag=text-generation", "filter=license:mit", "filter=en"]) expect([query, await found(query)]).toEqual([query, ["ann/m"]]);
      expect(await found("filter=lora&filter=nope")).toEqual([]);
      expect(await found("author=bob")).toEqual([]);
      const first = await hub.ask("GET", "/api/models?limit=1&sort=createdAt&direction=-1");
      expect([first.at("length"), first.headers["link"]]).toEqual([1, expect.stringContaining('cursor=1>; rel="next"')]);
      const info = await hub.ask("GET", "/api/models/ann/m?blobs=true");
      expect(info.json).toMatchObject({ cardData: { license: "mit" }, library_name: "peft", siblings: [{ rfilename: ".gitattributes", size: expect.any(Number), blobId: expect.any(String) }, { rfilename: "README.md" }] });
      expect(Object.keys((await hub.ask("GET", "/api/models/ann/m?expand=sha&expand[]=likes")).json as object)).toEqual(["_id", "id", "modelId", "sha", "likes"]);
      expect((await hub.ask("GET", "/api/models/ann/m?expand=nope")).status).toBe(400);
    });
  });

  it("reads a card that is damaged as none", async () => {
    await withHub(async (hub) => {
      const { git } = hub.host.repositories.find("model", "ann/m")!.repository;
      const { editTree } = await import("../git/edit-tree.ts");
      const { writeCommit } = await import("./commit.ts");
      const bomb = `---\na: &a [x]\n${Array.from({ length: 9 }, (_, index) => `b${index}: &b${index} [${Array.from({ length: 9 }, () => `*${index === 0 ? "a" : `b${index - 1}`}`).join(",")}]`).join("\n")}\n---\n`;
      const tree = editTree(git, undefined, [{ path: "README.md", id: git.writeObject("blob", Buffer.from(bomb)) }]);
      git.refs.update("refs/heads/main", writeCommit(git, { tree, parents: [], message: "pushed", author: { name: "a", email: "a" }, seconds: 1 }), "any");
      expect((await hub.ask("GET", "/api/models/ann/m")).at("cardData")).toBeUndefined();
    });
  });
});

describe("a hub that was killed", () => {
  it("clears away what was not finished, and keeps the rest", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header(), file("a.txt", "a")]);
      const place = join(hub.directory, "repositories", "models", "ann", "m");
      for (const path of [join(place, "refs", "heads", "main.lock"), join(hub.directory, "uploads", "new-1", "HEAD"), join(hub.directory, "uploads", "x.tmp")]) {
        const leftover = createFile(path);
        leftover.write("x");
        leftover.commit();
      }
      // A rename that was cut off after the move of the folder.
      await rename(place, join(hub.directory, "repositories", "models", "ann", "renamed"));
      const again = await hub.reopen();
      expect(repairHost(again.host)).toEqual({ removed: 3, damaged: [] });
      expect((await again.ask("GET", "/ann/m/resolve/main/a.txt")).headers["location"]).toBe("/ann/renamed/resolve/main/a.txt");
      expect((await again.commit("ann/renamed", [header("go on"), file("b.txt", "b")])).status).toBe(200);
    });
  });

  it("names references that stand for nothing", async () => {
    await withHub(async (hub) => {
      const lost = createFile(join(hub.directory, "repositories", "models", "ann", "m", "refs", "heads", "lost"));
      lost.write(`${"1".repeat(40)}\n`);
      lost.commit();
      expect(repairHost((await hub.reopen()).host).damaged).toEqual(["model ann/m refs/heads/lost"]);
    });
  });
});

describe("garbage", () => {
  it("is what no reference leads to and nobody sent lately", async () => {
    await withHub(async (hub) => {
      const { large, repositories, possession, now } = hub.host;
      const digest = async (text: string) => {
        const { createHash } = await import("node:crypto");
        const oid = createHash("sha256").update(text).digest("hex");
        await large.put(oid, text.length, (async function* () { yield Buffer.from(text); })());
        possession.note(repositories.find("model", "ann/m")!.repository, oid);
        return oid;
      };
      const [kept, dropped] = [await digest("kept"), await digest("dropped")];
      await hub.commit("ann/m", [header(), { key: "lfsFile", value: { path: "k.bin", oid: kept } }]);
      expect((await collectGarbage(hub.host, { olderThanMs: 3600_000 })).removed).toEqual([]);
      expect((await collectGarbage(hub.host, { dryRun: true })).removed).toEqual([dropped]);
      const later = { ...hub.host, now: () => new Date(Math.max(now().getTime(), Date.parse("2100-01-01"))) };
      expect((await collectGarbage(later)).removed).toEqual([dropped]);
      expect([large.has(kept), large.has(dropped)]).toEqual([true, false]);
      expect((await hub.ask("GET", "/ann/m/resolve/main/k.bin")).bytes.toString()).toBe("kept");
    });
  });
});
