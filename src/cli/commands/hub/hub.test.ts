// The commands that change a hub's accounts, from words to text and documents.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../../main.ts";

const root = mkdtempSync(join(tmpdir(), "cli-hub-"));
const data = join(root, "hub");
afterAll(() => rmSync(root, { recursive: true }));

async function call(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: {},
    workingDirectory: root,
    now: () => new Date("2026-01-02T03:04:05Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main([...words, "--data", data], { world });
  return { code, out: out.join(""), err: err.join("") };
}

describe("tunesmith hub", () => {
  it("adds users, organizations and tokens, and takes tokens back", async () => {
    expect((await call("hub", "user", "list")).out).toContain("No users");
    expect(await call("hub", "user", "add", "ann", "--fullname", "Ann A.")).toMatchObject({ code: 0, out: "Added the user ann.\n" });
    await call("hub", "org", "add", "acme", "--member", "ann:admin");
    writeFileSync(join(root, "token"), "hf_given_token\n");
    expect((await call("hub", "token", "create", "ann", "laptop", "--token-file", join(root, "token"))).out).toBe("hf_given_token\n");
    const made = await call("hub", "token", "create", "ann", "--read-only", "--json");
    expect(JSON.parse(made.out)).toMatchObject({ user: "ann", role: "read", token: expect.stringMatching(/^hf_[A-Za-z]{34}$/) });
    expect(JSON.parse((await call("hub", "user", "list", "--json")).out)).toEqual({ users: [{ name: "ann", fullname: "Ann A.", organizations: ["acme"], tokens: 2, created_at: "2026-01-02T03:04:05.000Z" }] });
    expect((await call("hub", "org", "list")).out).toContain("ann (admin)");
    await call("hub", "token", "remove", "ann", "laptop");
    expect((await call("hub", "token", "list", "ann")).out).not.toContain("laptop");
  });

  it("names what is missing or wrong", async () => {
    expect(await call("hub", "user", "add")).toMatchObject({ code: 2, err: expect.stringContaining("missing the name") });
    expect((await call("hub", "org", "add", "x", "--member", "ann:king")).err).toContain('"ann:king"');
    expect((await call("hub", "token", "remove", "ann", "nope")).err).toContain('no token of that name');
    expect((await call("hub", "serve", "--quota", "much")).err).toContain("--quota takes a size such as 500G");
  });

  it("says what garbage there is", async () => {
    expect((await call("hub", "gc", "--dry-run")).out).toBe("Would delete 0 large files (0.0 MB); 0 are referred to.\n");
  });
});
