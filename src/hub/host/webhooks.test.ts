import { describe, expect, it } from "vitest";
import { file, header, withHub, type TestHub } from "../../../test/helpers/hub.ts";
import { deliverWebhooks } from "./webhook-delivery.ts";

const base = "/api/settings/webhooks";
const create = (hub: TestHub, body: object = {}, as: "ann" | "bob" | "reader" = "ann") => hub.ask("POST", base, { as, body: { url: "https://ci.example/hook", watched: [{ type: "user", name: "ann" }], ...body } });

interface Sent {
  readonly url: string;
  readonly secret: string | null;
  readonly body: { readonly event: unknown; readonly repo: Record<string, unknown>; readonly discussion?: Record<string, unknown>; readonly webhook: unknown };
}

/** What goes out, and what could not. */
function listen({ host }: TestHub, status = 200): { readonly sent: Sent[]; readonly errors: string[] } {
  const [sent, errors]: [Sent[], string[]] = [[], []];
  const fetch: typeof globalThis.fetch = (url, init) => {
    sent.push({ url: String(url), secret: new Headers(init?.headers).get("x-webhook-secret"), body: JSON.parse(String(init?.body)) as Sent["body"] });
    return Promise.resolve(new Response(null, { status }));
  };
  deliverWebhooks(host, { fetch, endpoint: () => "http://hub", onError: (thrown) => errors.push(String(thrown)) });
  return { sent, errors };
}

describe("a webhook", () => {
  it("is made, changed, switched off and on, and deleted by its user alone", async () => {
    await withHub(async (hub) => {
      const made = await create(hub, { secret: "word" });
      const id = String(made.at("webhook.id"));
      expect(made.json).toEqual({ webhook: { id, url: "https://ci.example/hook", watched: [{ type: "user", name: "ann" }], domains: ["repo", "discussion"], secret: "word", disabled: false } });
      expect([(await hub.ask("GET", `${base}/${id}`, { as: "bob" })).status, (await hub.ask("DELETE", `${base}/${id}`, { as: "bob" })).status, (await hub.ask("DELETE", `${base}/${id}`, { as: "reader" })).status]).toEqual([404, 404, 403]);
      expect((await hub.ask("POST", `${base}/${id}`, { body: { url: "http://other.example/" } })).at("webhook.url")).toBe("http://other.example/");
      expect([(await hub.ask("POST", `${base}/${id}/disable`)).at("webhook.disabled"), (await hub.ask("POST", `${base}/${id}/enable`)).at("webhook.disabled")]).toEqual([true, false]);
      expect((await (await hub.reopen()).ask("GET", base)).at("0.id")).toBe(id);
      await hub.ask("DELETE", `${base}/${id}`);
      expect((await hub.ask("GET", base)).json).toEqual([]);
    }, { allowsWebhooks: true });
  });

  it("is refused where who runs the hub does not allow it, and to what is no address", async () => {
    await withHub(async (hub) => expect((await create(hub)).status).toBe(403));
    await withHub(async (hub) => {
      for (const wrong of [{ url: "file:///etc/passwd" }, { url: "x" }, { secret: "a\r\nb" }, { watched: [{ type: "bucket", name: "b" }] }]) expect((await create(hub, wrong)).status).toBe(400);
      expect((await create(hub, {}, "reader")).status).toBe(403);
    }, { allowsWebhooks: true });
  });

  it("is told of commits and discussions of what it watches, with its secret", async () => {
    await withHub(async (hub) => {
      const { sent } = listen(hub);
      await create(hub, { secret: "word", watched: [{ type: "model", name: "ann/m" }] });
      const commit = await hub.commit("ann/m", [header(), file("a.txt", "a")]);
      await hub.ask("POST", "/api/models/ann/m/discussions", { body: { title: "t" } });
      await hub.ask("POST", "/api/models/ann/m/discussions/1/comment", { body: { comment: "c" } });
      await hub.ask("POST", "/api/models/ann/m/discussions/1/status", { body: { status: "closed" } });
      expect(sent.map(({ body }) => body.event)).toEqual([{ action: "update", scope: "repo.content" }, { action: "create", scope: "discussion" }, { action: "create", scope: "discussion.comment" }, { action: "update", scope: "discussion" }]);
      expect(sent[0]).toMatchObject({ url: "https://ci.example/hook", secret: "word", body: { repo: { type: "model", name: "ann/m", headSha: commit.at("commitOid"), url: { web: "http://hub/ann/m" } }, webhook: { version: 3 } } });
      expect(sent[3]?.body.discussion).toMatchObject({ num: 1, status: "closed", isPullRequest: false });
    }, { allowsWebhooks: true });
  });

  it("is told nothing of other repositories, of what its user may not see, and when it is off", async () => {
    await withHub(async (hub) => {
      const { sent } = listen(hub);
      await create(hub, { watched: [{ type: "model", name: "ann/other" }] });
      await create(hub, { domains: ["discussion"] });
      await create(hub, {}, "bob");
      await hub.ask("PUT", "/api/models/ann/m/settings", { body: { private: true } });
      await hub.ask("POST", `${base}/${String((await create(hub)).at("webhook.id"))}/disable`);
      await hub.commit("ann/m", [header(), file("a.txt", "a")]);
      expect(sent).toEqual([]);
    }, { allowsWebhooks: true });
  });

  it("that is not reached is reported, and the commit stands", async () => {
    await withHub(async (hub) => {
      const { errors } = listen(hub, 500);
      await create(hub);
      expect((await hub.commit("ann/m", [header(), file("a.txt", "a")])).status).toBe(200);
      await expect.poll(() => errors).toEqual(["Error: it answered 500"]);
    }, { allowsWebhooks: true });
  });
});
