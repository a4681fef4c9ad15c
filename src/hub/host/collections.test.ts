import { describe, expect, it } from "vitest";
import { withHub, type HubAnswer, type TestHub } from "../../../test/helpers/hub.ts";

const create = (hub: TestHub, body: object = {}) => hub.ask("POST", "/api/collections", { body: { title: "Grüße & more!", ...body } });
const add = (hub: TestHub, slug: string, type: string, id: string, note?: string) => hub.ask("POST", `/api/collections/${slug}/items`, { body: { item: { type, id }, note } });
const slugOf = (answer: HubAnswer) => String(answer.at("slug"));
const itemsOf = async (hub: TestHub, slug: string, as: "ann" | "nobody" = "ann") => (await hub.ask("GET", `/api/collections/${slug}`, { as })).at("items") as readonly Record<string, unknown>[];

describe("a collection", () => {
  it("has its title and an id in its address, of which only the id counts", async () => {
    await withHub(async (hub) => {
      const slug = slugOf(await create(hub, { description: "d" }));
      expect(slug).toMatch(/^ann\/gru-e-more-[0-9a-f]{24}$/);
      const changed = await hub.ask("PATCH", `/api/collections/${slug}`, { body: { title: "Other", theme: "pink" } });
      expect([changed.at("data.title"), changed.at("data.theme"), changed.at("data.description")]).toEqual(["Other", "pink", "d"]);
      expect(slugOf(await hub.ask("GET", `/api/collections/${slug}`))).toBe(`ann/other-${slug.slice(-24)}`);
      expect((await hub.ask("GET", `/api/collections/ann/x-${"0".repeat(24)}`)).status).toBe(404);
    });
  });

  it("holds repositories and collections in an order, each once, also after a restart", async () => {
    await withHub(async (hub) => {
      const [slug, inner] = [slugOf(await create(hub)), slugOf(await create(hub, { title: "inner" }))];
      await add(hub, slug, "model", "ann/m", "<first>");
      expect((await add(hub, slug, "collection", inner)).status).toBe(200);
      expect((await add(hub, slug, "model", "ann/m")).status).toBe(409);
      expect((await add(hub, slug, "dataset", "ann/m")).status).toBe(404);
      const [model] = await itemsOf(hub, slug);
      expect(model).toMatchObject({ type: "model", id: "ann/m", position: 0, note: { text: "<first>", html: "&lt;first&gt;" }, repoType: "model" });
      await hub.ask("PATCH", `/api/collections/${slug}/items/${String(model?.["_id"])}`, { body: { position: 1, note: "last" } });
      expect((await itemsOf(await hub.reopen(), slug)).map(({ type, note }) => [type, note])).toEqual([["collection", undefined], ["model", { text: "last", html: "last" }]]);
      const remove = () => hub.ask("DELETE", `/api/collections/${slug}/items/${String(model?.["_id"])}`);
      expect([(await remove()).status, (await remove()).status]).toEqual([200, 404]);
    });
  });

  it("follows a repository that is renamed, and shows neither what is gone nor what is private", async () => {
    await withHub(async (hub) => {
      const slug = slugOf(await create(hub));
      await add(hub, slug, "model", "ann/m");
      await hub.ask("POST", "/api/repos/move", { body: { fromRepo: "ann/m", toRepo: "ann/n" } });
      expect((await itemsOf(hub, slug))[0]?.["id"]).toBe("ann/n");
      await hub.ask("PUT", "/api/models/ann/n/settings", { body: { private: true } });
      expect([await itemsOf(hub, slug, "nobody"), (await itemsOf(hub, slug)).length]).toEqual([[], 1]);
      await hub.ask("DELETE", "/api/repos/delete", { body: { name: "n" } });
      expect(await itemsOf(hub, slug)).toEqual([]);
    });
  });

  it("is its owner's to change, and hidden from others when it is private", async () => {
    await withHub(async (hub) => {
      const slug = slugOf(await create(hub, { private: true }));
      expect((await hub.ask("GET", `/api/collections/${slug}`, { as: "bob" })).status).toBe(404);
      expect((await hub.ask("GET", "/api/collections", { as: "bob" })).json).toEqual([]);
      await hub.ask("PATCH", `/api/collections/${slug}`, { body: { private: false } });
      expect((await hub.ask("PATCH", `/api/collections/${slug}`, { as: "bob", body: { title: "mine" } })).status).toBe(403);
      expect((await hub.ask("DELETE", `/api/collections/${slug}`, { as: "reader" })).status).toBe(403);
      expect((await create(hub, { namespace: "bob" })).status).toBe(403);
      expect((await hub.ask("DELETE", `/api/collections/${slug}`)).status).toBe(200);
      expect((await hub.ask("GET", "/api/collections")).json).toEqual([]);
    });
  });

  it("is found by owner, words and what is in it, page by page", async () => {
    await withHub(async (hub) => {
      const slug = slugOf(await create(hub, { title: "Alpha" }));
      await create(hub, { title: "Beta", namespace: "acme" });
      await add(hub, slug, "model", "ann/m");
      const titles = async (query: string) => ((await hub.ask("GET", `/api/collections?${query}`)).json as readonly { title: string }[]).map(({ title }) => title).sort();
      expect([await titles("owner=acme"), await titles("q=alp"), await titles("item=models/ann/m"), await titles("")]).toEqual([["Beta"], ["Alpha"], ["Alpha"], ["Alpha", "Beta"]]);
      expect((await hub.ask("GET", "/api/collections?limit=1")).headers["link"]).toContain("cursor=1");
    });
  });
});

describe("a name without an owner", () => {
  it("is no repository, whatever is asked of it", async () => {
    await withHub(async (hub) => {
      for (const [method, url] of [["GET", "/api/models/m/revision/main"], ["DELETE", "/api/models/m/like"], ["GET", "/m/resolve/main/a.txt"]] as const) {
        const answer = await hub.ask(method, url);
        expect([answer.status, answer.headers["x-error-code"], answer.at("error")]).toEqual([404, "RepoNotFound", "Repository not found"]);
      }
      expect((await hub.ask("GET", "/api/models/ann/m/nothing/here")).headers["x-error-code"]).toBeUndefined();
    });
  });
});
