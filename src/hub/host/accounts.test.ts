import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TOKENS, withHub } from "../../../test/helpers/hub.ts";
import { createFile, readText, withScratchDirectory } from "../../files/index.ts";
import { newHubId, openHubAccounts, withHost } from "./start.ts";

const minting = { now: () => new Date("2026-01-02T03:04:05Z"), newId: newHubId };
const options = { ...minting, parseYaml: () => ({}) };

describe("accounts", () => {
  it("keep digests of tokens, never tokens", async () => {
    await withHub(async (hub) => {
      const secret = await hub.host.accounts.addToken({ user: "ANN", name: "random", role: "read" });
      expect(secret).toMatch(/^hf_[A-Za-z]{34}$/);
      const text = readText(join(hub.directory, "accounts", "ann.json"));
      for (const token of [secret, TOKENS.ann]) expect(text).not.toContain(token);
      expect(hub.host.accounts.findHolder(secret)?.token).toMatchObject({ name: "random", role: "read" });
    });
  });

  it("are changed beside a hub that runs, which knows at once", async () => {
    await withHub(async (hub) => {
      const beside = openHubAccounts(hub.directory, minting);
      await beside.add({ name: "eve", type: "user" });
      await beside.addToken({ user: "eve", name: "t", role: "write", secret: "hf_eve_token" });
      expect((await hub.ask("GET", "/api/whoami-v2", { as: { authorization: "Bearer hf_eve_token" } })).at("name")).toBe("eve");
      await beside.removeToken("eve", "t");
      expect((await hub.ask("GET", "/api/whoami-v2", { as: { authorization: "Bearer hf_eve_token" } })).status).toBe(401);
    });
  });

  it("have names that are safe in a path and an address, each once", async () => {
    await withHub(async ({ host: { accounts } }) => {
      for (const name of ["..", "api", "datasets", "a/b", "", "Ann "]) await expect(accounts.add({ name, type: "user" })).rejects.toMatchObject({ code: "hub.name_invalid" });
      await expect(accounts.add({ name: "Ann", type: "org" })).rejects.toMatchObject({ code: "hub.account_taken" });
      await expect(accounts.add({ name: "club", type: "org", members: { nobody: "write" } })).rejects.toMatchObject({ code: "hub.account_missing" });
      await expect(accounts.addToken({ user: "acme", name: "t", role: "write" })).rejects.toMatchObject({ code: "hub.account_missing" });
      await expect(accounts.addToken({ user: "ann", name: "laptop", role: "write" })).rejects.toMatchObject({ code: "hub.token_taken" });
      for (const secret of ["short", "with blanks in it", TOKENS.bob]) await expect(accounts.addToken({ user: "ann", name: "x", role: "write", secret })).rejects.toMatchObject({ code: "hub.token_unusable" });
      await expect(accounts.removeToken("ann", "nope")).rejects.toMatchObject({ code: "hub.token_not_held" });
      expect(accounts.organizationsOf("ANN").map(({ name }) => name)).toEqual(["acme"]);
    });
  });
});

describe("a data directory", () => {
  it("is open in one process at a time, and free again afterwards", async () => {
    await withScratchDirectory(join(tmpdir(), `hub-data-${process.pid}`), async (directory) => {
      await withHost(directory, options, async (host) => {
        await expect(withHost(directory, options, async () => {})).rejects.toMatchObject({ code: "hub.data_in_use", message: `Cannot serve ${directory}: another process has it open` });
        expect(host.record.store_generation).toMatch(/^[0-9a-f-]{36}$/);
      });
      await withHost(directory, options, async (host, repair) => expect([host.accounts.list(), repair]).toEqual([[], { removed: 0, damaged: [] }]));
    });
  });

  it("is not made of a directory that holds something else", async () => {
    await withScratchDirectory(join(tmpdir(), `hub-data-${process.pid}`), async (directory) => {
      const other = createFile(join(directory, "thesis.txt"));
      other.write("x");
      other.commit();
      await expect(withHost(directory, options, async () => {})).rejects.toMatchObject({ code: "hub.data_foreign" });
    });
  });
});
