import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { file, header, lfsFile, withHub, type Asking, type TestHub } from "../../../test/helpers/hub.ts";

const WHO: readonly Asking["as"][] = ["ann", "bob", "reader", "nobody"];
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

async function statuses(hub: TestHub, method: "GET" | "POST" | "PUT", url: string, body?: unknown): Promise<readonly number[]> {
  const all = [];
  for (const as of WHO) all.push((await hub.ask(method, url, { as, ...(body === undefined ? {} : { body }) })).status);
  return all;
}

async function sendLarge(hub: TestHub, id: string, content: string, as: Asking["as"] = "ann"): Promise<number> {
  const batch = await hub.ask("POST", `/${id}.git/info/lfs/objects/batch`, { as, body: { operation: "upload", objects: [{ oid: sha256(content), size: content.length }] } });
  const href = batch.at("objects.0.actions.upload.href");
  if (typeof href !== "string") return batch.status;
  return (await hub.ask("PUT", href.replace("http://localhost:8080", ""), { as: "nobody", body: content })).status;
}

describe("a private repository", () => {
  it("is for its owner, with a reading token too, and does not show itself to others", async () => {
    await withHub(async (hub) => {
      await hub.ask("PUT", "/api/models/ann/m/settings", { body: { visibility: "private" } });
      for (const url of ["/api/models/ann/m", "/api/models/ann/m/tree/main", "/ann/m/resolve/main/.gitattributes", "/ann/m.git/info/refs?service=git-upload-pack", "/api/models/ann/m/refs", "/api/models/ann/m/discussions"]) {
        expect([url, ...(await statuses(hub, "GET", url))]).toEqual([url, 200, 404, 200, 401]);
      }
      // What is hidden and what is not there are the same to who may not know.
      const [hidden, absent] = [await hub.ask("GET", "/api/models/ann/m", { as: "bob" }), await hub.ask("GET", "/api/models/ann/x", { as: "bob" })];
      expect([hidden.headers["x-error-code"], String(hidden.at("error")).replace("ann/m", "ann/x")]).toEqual(["RepoNotFound", absent.at("error")]);
      expect((await hub.ask("GET", "/api/models", { as: "bob" })).json).toEqual([]);
      expect((await hub.ask("GET", "/api/models")).at("0.id")).toBe("ann/m");
    });
  });

  it("of an organization is for its members", async () => {
    await withHub(async (hub) => {
      await hub.ask("POST", "/api/repos/create", { body: { name: "m", organization: "acme", private: true } });
      expect(await statuses(hub, "GET", "/api/models/acme/m")).toEqual([200, 404, 200, 401]);
      expect((await hub.ask("POST", "/api/repos/create", { as: "bob", body: { name: "n", organization: "acme" } })).status).toBe(403);
    });
  });
});

describe("a gated repository", () => {
  it("is seen by all, its files only by who was let in", async () => {
    await withHub(async (hub) => {
      await hub.ask("PUT", "/api/models/ann/m/settings", { body: { gated: "manual" } });
      expect(await statuses(hub, "GET", "/api/models/ann/m")).toEqual([200, 200, 200, 200]);
      expect(await statuses(hub, "GET", "/ann/m/resolve/main/.gitattributes")).toEqual([200, 403, 200, 401]);
      expect(await statuses(hub, "GET", "/ann/m.git/info/refs?service=git-upload-pack")).toEqual([200, 403, 200, 401]);
      expect((await hub.ask("GET", "/ann/m/resolve/main/.gitattributes", { as: "bob" })).headers["x-error-code"]).toBe("GatedRepo");
    });
  });
});

describe("writing", () => {
  it("takes a token that may write, of the owner", async () => {
    await withHub(async (hub) => {
      expect(await statuses(hub, "POST", "/api/models/ann/m/tag/main", { tag: "v1" })).toEqual([200, 403, 403, 401]);
      expect(await statuses(hub, "PUT", "/api/models/ann/m/settings", { private: false })).toEqual([200, 403, 403, 401]);
      expect(await statuses(hub, "GET", "/ann/m.git/info/refs?service=git-receive-pack")).toEqual([200, 403, 403, 401]);
      expect(await statuses(hub, "GET", "/api/models/ann/m/auth-check/write")).toEqual([200, 403, 403, 401]);
    });
  });

  it("by git asks for the token as a password", async () => {
    await withHub(async (hub) => {
      const url = "/ann/m.git/info/refs?service=git-receive-pack";
      expect((await hub.ask("GET", url, { as: "nobody" })).headers["www-authenticate"]).toMatch(/^Basic realm=/);
      const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
      expect((await hub.ask("GET", url, { as: basic("anybody:hf_ann_token") })).status).toBe(200);
      expect((await hub.ask("GET", url, { as: basic("ann:wrong") })).status).toBe(401);
    });
  });

  it("is not done in the name of who has signed in, when a page of another site asks", async () => {
    await withHub(async (hub) => {
      const as = { authorization: `Basic ${Buffer.from("ann:hf_ann_token").toString("base64")}` };
      const tag = (name: string, headers: Record<string, string>) => hub.ask("POST", "/api/models/ann/m/tag/main", { as, headers, body: { tag: name } }).then(({ status }) => status);
      expect(await tag("a", { "sec-fetch-site": "cross-site" })).toBe(401);
      expect(await tag("b", { origin: "https://elsewhere.example" })).toBe(401);
      expect(await tag("c", { origin: "http://localhost:8080", "sec-fetch-site": "same-origin" })).toBe(200);
      expect(await tag("d", {})).toBe(200);
    });
  });

  it("stops for a token that was taken back", async () => {
    await withHub(async (hub) => {
      await hub.host.accounts.removeToken("ann", "laptop");
      expect((await hub.ask("GET", "/api/whoami-v2")).status).toBe(401);
      expect((await hub.ask("GET", "/api/whoami-v2", { as: "reader" })).at("auth.accessToken.role")).toBe("read");
    });
  });
});

describe("a large file", () => {
  it("is not had by who only knows its digest", async () => {
    await withHub(async (hub) => {
      await hub.ask("PUT", "/api/models/ann/m/settings", { body: { private: true } });
      await sendLarge(hub, "ann/m", "secret weights");
      await hub.commit("ann/m", [header(), lfsFile("w.bin", sha256("secret weights"))]);
      await hub.ask("POST", "/api/repos/create", { as: "bob", body: { name: "m" } });
      const steal = () => hub.ask("POST", "/api/models/bob/m/commit/main", { as: "bob", body: [header(), lfsFile("w.bin", sha256("secret weights"))].map((line) => JSON.stringify(line)).join("\n") });
      expect((await steal()).status).toBe(400);
      expect(await sendLarge(hub, "bob/m", "secret weights", "bob")).toBe(200);
      expect((await steal()).status).toBe(200);
    });
  });

  it("goes only where this hub says, whole and unchanged", async () => {
    await withHub(async (hub) => {
      const batch = await hub.ask("POST", "/ann/m.git/info/lfs/objects/batch", { body: { operation: "upload", objects: [{ oid: sha256("abc"), size: 3 }] } });
      const href = String(batch.at("objects.0.actions.upload.href")).replace("http://localhost:8080", "");
      const put = async (url: string, body: string) => (await hub.ask("PUT", url, { as: "nobody", body })).status;
      expect([await put(href, "abd"), await put(href, "ab"), await put(href, "abcd")]).toEqual([422, 422, 422]);
      expect([await put(href.replace(/signature=[^&]*/, "signature=x"), "abc"), await put(href.replace("size=3", "size=4"), "abcd"), await put(href.replace(/expires=\d+/, "expires=9999999999"), "abc")]).toEqual([403, 403, 403]);
      expect(hub.host.large.has(sha256("abc"))).toBe(false);
      expect(await put(href, "abc")).toBe(200);
    });
  });

  it("comes from LFS with an address that needs no token", async () => {
    await withHub(async (hub) => {
      await sendLarge(hub, "ann/m", "weights");
      await hub.commit("ann/m", [header(), lfsFile("w.bin", sha256("weights")), file("a.txt", "a")]);
      const batch = await hub.ask("POST", "/ann/m/info/lfs/objects/batch", { as: "nobody", body: { operation: "download", objects: [{ oid: sha256("weights"), size: 7 }, { oid: sha256("?"), size: 1 }] } });
      expect(batch.at("objects.1.error.code")).toBe(404);
      const url = String(batch.at("objects.0.actions.download.href")).replace("http://localhost:8080", "");
      expect((await hub.ask("GET", url, { as: "nobody" })).bytes.toString()).toBe("weights");
      const part = await hub.ask("GET", url, { as: "nobody", headers: { range: "bytes=2-3" } });
      expect([part.status, part.bytes.toString(), part.headers["content-range"]]).toEqual([206, "ig", "bytes 2-3/7"]);
    });
  });
});
