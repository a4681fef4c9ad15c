import { describe, expect, it } from "vitest";
import { withHub, type Asking, type TestHub } from "../../../test/helpers/hub.ts";

const gate = (hub: TestHub, gated: "auto" | "manual" | false) => hub.ask("PUT", "/api/models/ann/m/settings", { body: { gated } });
const ask = (hub: TestHub, as: Asking["as"] = "bob") => hub.ask("POST", "/ann/m/ask-access", { as });
const handle = (hub: TestHub, body: object, as: Asking["as"] = "ann") => hub.ask("POST", "/api/models/ann/m/user-access-request/handle", { as, body: { user: "bob", ...body } });
const list = async (hub: TestHub, status: string) => (await hub.ask("GET", `/api/models/ann/m/user-access-request/${status}`)).json as readonly Record<string, unknown>[];
const read = async (hub: TestHub) => (await hub.ask("GET", "/ann/m/resolve/main/.gitattributes", { as: "bob" })).status;

describe("access to a gated repository", () => {
  it("is had at once by who asks where it is automatic", async () => {
    await withHub(async (hub) => {
      await gate(hub, "auto");
      expect([await read(hub), (await ask(hub)).status, await read(hub)]).toEqual([403, 200, 200]);
      expect(await list(hub, "accepted")).toMatchObject([{ user: { user: "bob", fullname: "bob" }, status: "accepted", timestamp: "2026-01-02T03:04:05.000Z" }]);
    });
  });

  it("waits for the owner otherwise, who may give it, refuse it with a reason, and take it back", async () => {
    await withHub(async (hub) => {
      await gate(hub, "manual");
      await ask(hub);
      expect([(await list(hub, "pending")).length, await read(hub)]).toEqual([1, 403]);
      await handle(hub, { status: "accepted" });
      expect(await read(hub)).toBe(200);
      await handle(hub, { status: "rejected", rejectionReason: "no" });
      expect([await read(hub), (await list(hub, "rejected"))[0]?.["rejectionReason"]]).toEqual([403, "no"]);
      await handle(hub, { status: "pending" });
      expect(await list(hub, "pending")).toMatchObject([{ status: "pending" }]);
      expect((await list(await hub.reopen(), "pending")).length).toBe(1);
    });
  });

  it("is granted unasked, without telling an address", async () => {
    await withHub(async (hub) => {
      await gate(hub, "auto");
      const grant = (user: string) => hub.ask("POST", "/api/models/ann/m/user-access-request/grant", { body: { user } });
      expect([(await grant("bob")).status, (await grant("bob")).status, (await grant("nobody")).status]).toEqual([200, 400, 404]);
      expect([await read(hub), ((await list(hub, "accepted"))[0]?.["user"] as object | undefined) ?? {}]).toEqual([200, expect.not.objectContaining({ email: expect.anything() })]);
    });
  });

  it("is refused twice, to strangers, and where there is nothing to ask for", async () => {
    await withHub(async (hub) => {
      expect((await ask(hub)).status).toBe(400);
      await gate(hub, "manual");
      expect((await handle(hub, { status: "accepted" })).status).toBe(404);
      expect([(await ask(hub, "nobody")).status, (await ask(hub)).status, (await ask(hub)).status]).toEqual([401, 200, 400]);
      expect([(await handle(hub, { status: "pending" })).status, (await handle(hub, { status: "accepted", rejectionReason: "?" })).status]).toEqual([400, 400]);
      expect((await handle(hub, { status: "accepted" }, "bob")).status).toBe(403);
    });
  });
});
