// Hugging Face's own client for JavaScript against a hub of ours, over a real connection.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commit, createRepo, downloadFile, listCommits, listFiles, modelInfo, snapshotDownload, whoAmI } from "@huggingface/hub";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseYaml } from "../../src/config/index.ts";
import { listen, type ListeningServer } from "../../src/http/index.ts";
import { hostRoutes, newHubId, openHost } from "../../src/hub/index.ts";

const directory = mkdtempSync(join(tmpdir(), "tunesmith-hub-journey-"));
let server: ListeningServer;

beforeAll(async () => {
  const host = openHost(join(directory, "data"), { now: () => new Date(), newId: newHubId, parseYaml });
  await host.accounts.add({ name: "ann", type: "user" });
  await host.accounts.addToken({ user: "ann", name: "test", role: "write", secret: "hf_journey_token" });
  server = await listen({ routes: hostRoutes(host), port: 0, title: "hub", version: "0", requestTimeoutMs: 0, closeGraceMs: 50 });
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

it("takes a model from an unmodified client and gives it back byte by byte", async () => {
  const options = { hubUrl: server.url, accessToken: "hf_journey_token", repo: { type: "model", name: "ann/tiny" } as const };
  expect((await whoAmI(options)).name).toBe("ann");
  await createRepo({ ...options, license: "mit" });
  const weights = randomBytes(3_000_000);
  const card = "---\nlicense: mit\nbase_model: ann/base\n---\n# Tiny";
  const made = await commit({
    ...options,
    title: "Upload",
    operations: [
      { operation: "addOrUpdate", path: "model.safetensors", content: new Blob([weights]) },
      { operation: "addOrUpdate", path: "README.md", content: new Blob([card]) },
      { operation: "addOrUpdate", path: "sub/empty.txt", content: new Blob([]) },
    ],
  });
  const listed = [];
  for await (const { path, size } of listFiles({ ...options, recursive: true })) listed.push([path, size]);
  expect(listed.filter(([path]) => path !== ".gitattributes")).toEqual([["README.md", card.length], ["model.safetensors", weights.byteLength], ["sub", 0], ["sub/empty.txt", 0]]);
  const titles = [];
  for await (const { title, oid } of listCommits(options)) titles.push([title, oid === made?.commit.oid]);
  expect(titles).toEqual([["Upload", true], ["initial commit", false]]);
  expect((await modelInfo({ ...options, name: "ann/tiny", additionalFields: ["tags"] })).tags).toContain("base_model:ann/base");
  const downloaded = await downloadFile({ ...options, path: "model.safetensors" });
  expect(weights.equals(Buffer.from(await downloaded!.arrayBuffer()))).toBe(true);
  const folder = await snapshotDownload({ ...options, cacheDir: join(directory, "cache") });
  expect([readFileSync(join(folder, "README.md"), "utf8"), readFileSync(join(folder, "sub/empty.txt"), "utf8"), readFileSync(join(folder, "model.safetensors")).equals(weights)]).toEqual([card, "", true]);
});
