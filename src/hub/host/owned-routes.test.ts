import { describe, expect, it } from "vitest";
import { file, header, withHub } from "../../../test/helpers/hub.ts";

describe("what an account has", () => {
  it("is listed for itself, private things with it, the largest first", async () => {
    await withHub(async (hub) => {
      await hub.ask("POST", "/api/repos/create", { body: { name: "d", type: "dataset", private: true } });
      await hub.commit("ann/m", [header(), file("a.txt", "x".repeat(5000))]);
      const [first, second] = (await hub.ask("GET", "/api/settings/repositories", { as: "reader" })).json as readonly Record<string, number>[];
      expect([first, second]).toMatchObject([{ id: "ann/m", type: "model", visibility: "public" }, { id: "ann/d", type: "dataset", visibility: "private" }]);
      expect([first!["storage"]! > 5000, first!["storagePercent"]! + second!["storagePercent"]!]).toEqual([true, 1]);
      expect((await hub.ask("GET", "/api/settings/repositories", { as: "bob" })).json).toEqual([]);
    });
  });

  it("is told of an organization to its members only", async () => {
    await withHub(async (hub) => {
      await hub.ask("POST", "/api/repos/create", { body: { name: "m", organization: "acme" } });
      const url = "/api/organizations/acme/settings/repositories";
      expect((await hub.ask("GET", url)).at("0.id")).toBe("acme/m");
      expect([(await hub.ask("GET", url, { as: "bob" })).status, (await hub.ask("GET", "/api/settings/repositories", { as: "nobody" })).status, (await hub.ask("GET", url.replace("acme", "ann"))).status]).toEqual([403, 401, 404]);
    });
  });
});
