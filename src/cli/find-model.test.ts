import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findModel } from "./find-model.ts";
import { createPrint } from "./print.ts";
import type { World } from "./world.ts";

it("shows a download on stderr, and nothing the second time", async () => {
  const home = mkdtempSync(join(tmpdir(), "hub-"));
  const files: Readonly<Record<string, string>> = { "config.json": "{}", "tokenizer.json": "{}", "model.safetensors": "weights" };
  const err: string[] = [];
  const answer = (url: string): Response => {
    if (url.includes("/api/")) return Response.json({ sha: "a".repeat(40), siblings: Object.keys(files).map((rfilename) => ({ rfilename })) });
    const bytes = files[url.slice(url.lastIndexOf("/") + 1)]!;
    return new Response(bytes, { headers: { etag: createHash("sha256").update(bytes).digest("hex"), "content-length": String(bytes.length) } });
  };
  const world: World = {
    stdout: { write: () => expect.unreachable() },
    stderr: { write: (text) => err.push(text) },
    environment: { HF_HOME: home },
    workingDirectory: ".",
    now: () => new Date(0),
    fetch: async (input) => answer(String(input)),
  };
  try {
    const print = createPrint(world, true);
    expect((await findModel("owner/tiny", { print, world })).source).toBe("download");
    expect(err).toEqual(["downloading owner/tiny 11 B/11 B 100 %\n"]);
    expect((await findModel("owner/tiny", { print, world })).source).toBe("cache");
    expect(err).toHaveLength(1);
  } finally {
    rmSync(home, { recursive: true });
  }
});
