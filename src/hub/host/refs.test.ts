import { describe, expect, it } from "vitest";
import { file, header, withHub } from "../../../test/helpers/hub.ts";

const API = "/api/models/ann/m";

describe("branches and tags", () => {
  it("are made, listed and deleted", async () => {
    await withHub(async (hub) => {
      const head = (await hub.ask("GET", API)).at("sha");
      await hub.ask("POST", `${API}/branch/dev%2Fx`, { body: {} });
      await hub.ask("POST", `${API}/tag/main`, { body: { tag: "v1.0" } });
      await hub.ask("POST", `${API}/tag/dev%2Fx`, { body: { tag: "v1.1", message: "F1=0.9\nmore" } });
      expect((await hub.ask("GET", `${API}/refs?include_prs=1`)).json).toEqual({
        branches: [{ name: "main", ref: "refs/heads/main", targetCommit: head }, { name: "dev/x", ref: "refs/heads/dev/x", targetCommit: head }],
        converts: [],
        tags: [{ name: "v1.0", ref: "refs/tags/v1.0", targetCommit: head }, { name: "v1.1", ref: "refs/tags/v1.1", targetCommit: head, message: "F1=0.9\nmore" }],
        pullRequests: [],
      });
      expect((await hub.ask("GET", `${API}/revision/v1.1`)).at("sha")).toBe(head);
      expect((await hub.ask("GET", `${API}/revision/${String(head).slice(0, 8)}`)).at("sha")).toBe(head);
      for (const url of ["/branch/dev%2Fx", "/tag/v1.0"]) expect((await hub.ask("DELETE", `${API}${url}`)).status).toBe(200);
      expect((await hub.ask("GET", `${API}/refs`)).at("branches.length")).toBe(1);
    });
  });

  it("are refused in the words that clients know", async () => {
    await withHub(async (hub) => {
      const refusal = async (method: "POST" | "DELETE", url: string, body: object = {}) => {
        const { status, headers, ...answer } = await hub.ask(method, `${API}${url}`, { body });
        return [status, headers["x-error-code"], answer.at("error")];
      };
      await hub.ask("POST", `${API}/branch/dev`, { body: {} });
      await hub.ask("POST", `${API}/tag/main`, { body: { tag: "v1" } });
      expect(await refusal("POST", "/branch/dev")).toEqual([409, undefined, "Reference refs/heads/dev already exists"]);
      expect(await refusal("POST", "/tag/main", { tag: "v1" })).toEqual([409, undefined, "Reference refs/tags/v1 already exists"]);
      expect(await refusal("DELETE", "/branch/main")).toEqual([403, undefined, expect.stringContaining("Cannot delete refs/heads/main")]);
      expect(await refusal("POST", "/branch/x", { startingPoint: "nope" })).toEqual([404, "RevisionNotFound", expect.stringContaining("Invalid rev id")]);
      expect((await refusal("DELETE", "/tag/nope"))[1]).toBe("RevisionNotFound");
      expect((await refusal("DELETE", "/branch/..%2F..%2FHEAD"))[1]).toBe("RevisionNotFound");
      for (const name of ["a..b", "a b", "-x", "x.lock", "a".repeat(40), "refs/heads/x", ""]) expect([name, (await refusal("POST", "/tag/main", { tag: name }))[0]]).toEqual([name, 400]);
      expect((await refusal("POST", "/branch/dev%2Fx"))[0]).toBe(409);
    });
  });

  it("end in one commit after a squash", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header("one"), file("a.txt", "a")]);
      await hub.ask("POST", `${API}/super-squash/main`, { body: { message: "all" } });
      expect((await hub.ask("GET", `${API}/commits/main`)).json).toMatchObject([{ title: "all" }]);
      expect((await hub.ask("GET", "/ann/m/resolve/main/a.txt")).bytes.toString()).toBe("a");
    });
  });

  it("lead to commits, in pages, formatted on wish", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header("<b>", { description: "why & how" }), file("a.txt", "a")]);
      const first = await hub.ask("GET", `${API}/commits/main?limit=1&expand[]=formatted`);
      expect(first.json).toMatchObject([{ title: "<b>", message: "why & how", formatted: { title: "&lt;b&gt;", message: "why &amp; how" } }]);
      const next = /<http:\/\/localhost:8080([^>]+)>/.exec(first.headers["link"]!)![1]!;
      const second = await hub.ask("GET", next);
      expect([second.at("0.title"), second.headers["link"], first.headers["x-total-count"]]).toEqual(["initial commit", undefined, "2"]);
    });
  });
});

describe("a pull request", () => {
  const open = async (hub: Parameters<Parameters<typeof withHub>[0]>[0], as: "ann" | "bob" = "bob") => hub.commit("ann/m", [header("Better", { description: "words" }), file("a.txt", "theirs\n")], { as, query: "?create_pr=1" });

  it("is opened by who may not write, shows its diff and is merged by who may", async () => {
    await withHub(async (hub) => {
      expect((await open(hub)).at("pullRequestUrl")).toBe("http://localhost:8080/ann/m/discussions/1");
      expect((await hub.ask("GET", `${API}/refs`)).at("branches.length")).toBe(1);
      const details = await hub.ask("GET", `${API}/discussions/1?diff=1`);
      expect(details.json).toMatchObject({ title: "Better", status: "open", isPullRequest: true, author: { name: "bob" }, changes: { base: "refs/heads/main" }, filesWithConflicts: [], events: [{ type: "comment", data: { latest: { raw: "words" } } }, { type: "commit", data: { subject: "Better" } }] });
      // As `git diff` prints it (git 2.39).
      expect(details.at("diff")).toBe("diff --git a/a.txt b/a.txt\nnew file mode 100644\nindex 0000000..950b81b\n--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+theirs\n");
      expect((await hub.ask("POST", `${API}/discussions/1/merge`, { as: "bob" })).status).toBe(403);
      await hub.commit("ann/m", [header("meanwhile"), file("b.txt", "b")]);
      expect((await hub.ask("POST", `${API}/discussions/1/merge`)).at("newStatus.data.status")).toBe("merged");
      expect((await hub.ask("GET", `${API}/commits/main`)).at("0.title")).toBe("Better (#1)");
      expect((await hub.ask("GET", "/ann/m/resolve/main/a.txt")).bytes.toString() + (await hub.ask("GET", "/ann/m/resolve/main/b.txt")).bytes.toString()).toBe("theirs\nb");
      expect((await hub.ask("POST", `${API}/discussions/1/merge`)).status).toBe(409);
    });
  });

  it("is not merged over what changed meanwhile", async () => {
    await withHub(async (hub) => {
      await open(hub);
      await hub.commit("ann/m", [header("mine"), file("a.txt", "ours\n")]);
      expect((await hub.ask("GET", `${API}/discussions/1`)).at("filesWithConflicts")).toEqual(["a.txt"]);
      expect((await hub.ask("POST", `${API}/discussions/1/merge`)).status).toBe(409);
      expect((await hub.ask("GET", "/ann/m/resolve/main/a.txt")).bytes.toString()).toBe("ours\n");
    });
  });

  it("takes further commits of who opened it, and begins as a draft when it is empty", async () => {
    await withHub(async (hub) => {
      await open(hub);
      const more = await hub.ask("POST", `${API}/commit/refs%2Fpr%2F1`, { as: "bob", body: [header("more"), file("c.txt", "c")].map((line) => JSON.stringify(line)).join("\n") });
      expect([more.status, (await hub.ask("GET", `${API}/discussions/1`)).at("events.length")]).toEqual([200, 3]);
      expect((await hub.ask("GET", "/ann/m/resolve/refs%2Fpr%2F1/c.txt")).bytes.toString()).toBe("c");
      expect((await hub.ask("POST", `${API}/discussions`, { as: "bob", body: { title: "Later", description: "", pullRequest: true } })).at("num")).toBe(2);
      expect((await hub.ask("GET", `${API}/discussions/2`)).at("status")).toBe("draft");
      expect((await hub.commit("ann/m", [header(), file("x", "x")], { query: "?create_pr=1", as: "reader" })).status).toBe(403);
    });
  });
});

describe("a discussion", () => {
  it("is held by all who see the repository, and changed by who began it", async () => {
    await withHub(async (hub) => {
      const number = (await hub.ask("POST", `${API}/discussions`, { as: "bob", body: { title: " Why? ", description: "so" } })).at("num");
      const comment = await hub.ask("POST", `${API}/discussions/${number}/comment`, { body: { comment: "because" } });
      const id = comment.at("newMessage.id");
      expect((await hub.ask("POST", `${API}/discussions/1/comment/${id}/edit`, { as: "bob", body: { content: "no" } })).status).toBe(403);
      expect((await hub.ask("POST", `${API}/discussions/1/comment/${id}/edit`, { body: { content: "therefore" } })).at("updatedComment.data.latest.raw")).toBe("therefore");
      expect((await hub.ask("POST", `${API}/discussions/1/title`, { as: "bob", body: { title: "How?" } })).at("newTitle.data")).toEqual({ from: "Why?", to: "How?" });
      expect((await hub.ask("POST", `${API}/discussions/1/status`, { body: { status: "closed", comment: "done" } })).at("newStatus.data.status")).toBe("closed");
      expect((await hub.ask("GET", `${API}/discussions?status=closed&type=discussion&author=bob`)).json).toMatchObject({ count: 1, start: 0, discussions: [{ num: 1, title: "How?", repo: { name: "ann/m", type: "model" } }] });
      expect((await hub.ask("GET", `${API}/discussions?status=open`)).at("count")).toBe(0);
      for (const text of ["2", "0", "..%2F..%2Frepository", "1e3"]) expect((await hub.ask("GET", `${API}/discussions/${text}`)).status).toBe(404);
    });
  });
});
