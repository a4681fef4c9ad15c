// Whatever a client sends, it is answered or refused: nothing breaks inside, and nothing lands outside the hub's own folders.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withHub } from "../../../test/helpers/hub.ts";
import { listDirectory } from "../../files/index.ts";
import { hostRoutes } from "./routes.ts";

const name = fc.oneof(fc.constantFrom("ann", "m", "main", "..", ".", "%", "refs", "HEAD", "v1", "a\\b", "-x", "\0", "x".repeat(300), "1".repeat(40), "1"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }));
const value = fc.oneof(name, fc.constantFrom(null, true, -1, 1e21, ""), fc.array(name, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }));
const FIELDS = ["name", "organization", "type", "private", "visibility", "files", "tag", "message", "startingPoint", "fromRepo", "toRepo", "repository", "operation", "objects", "oid", "size", "paths", "title", "description", "comment", "status", "content", "gated", "key", "value", "path", "summary"];
const json = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 5 }).map((sent) => JSON.stringify(sent));
const lines = fc.array(fc.record({ key: fc.constantFrom("header", "file", "lfsFile", "deletedFile", "deletedFolder"), value: fc.dictionary(fc.constantFrom("summary", "path", "content", "encoding", "oid", "size", "parentCommit"), value, { maxKeys: 4 }) }), { maxLength: 4 }).map((sent) => sent.map((line) => JSON.stringify(line)).join("\n"));
const body = fc.oneof(json, lines, fc.uint8Array({ maxLength: 200 }), fc.constantFrom("", "[]", "null", "{", "\n\n", `${"[".repeat(5000)}`, "0000", "0032want"));
const query = fc.oneof(fc.constant(""), fc.dictionary(fc.constantFrom("expand", "limit", "cursor", "sort", "filter", "p", "recursive", "service", "create_pr", "size", "expires", "signature", "for", "blobs"), name, { maxKeys: 3 }).map((fields) => `?${new URLSearchParams(fields)}`));

describe("the routes of a hub", () => {
  it("never fail of what they are sent", async () => {
    await withHub(async (hub) => {
      const routes = hostRoutes(hub.host).filter(({ path }) => !path.includes("/datasets") && !path.includes("/spaces"));
      const parts = (path: string, words: readonly string[]) => path.replace(/:owner\/:name/, "ann/m").replaceAll(/:\w+|\*/g, (found, at: number) => (found === "*" && words[1] === "main" ? "main/a" : encodeURIComponent(words[at % words.length] ?? "x")));
      await fc.assert(
        fc.asyncProperty(fc.nat(routes.length - 1), fc.array(name, { minLength: 1, maxLength: 3 }), query, body, fc.constantFrom("ann", "bob", "nobody"), async (index, words, search, sent, as) => {
          const { method, path } = routes[index]!;
          if (path === "/api/repos/delete" || path === "/api/repos/move") return;
          const answer = await hub.ask(method, `${parts(path, words)}${search}`, { as, body: sent, headers: { "content-type": "application/json" } });
          expect(answer.status).toBeLessThan(500);
        }),
        { numRuns: 400, seed: 7 },
      );
      expect(listDirectory(hub.directory).directories.filter((folder) => !["accounts", "large", "repositories", "uploads", "xet", "collections"].includes(folder))).toEqual([]);
      expect((await hub.ask("GET", "/api/models/ann/m")).status).toBe(200);
    });
  });
});
