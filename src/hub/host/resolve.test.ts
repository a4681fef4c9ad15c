import { describe, expect, it } from "vitest";
import { file, header, withHub } from "../../../test/helpers/hub.ts";

const get = { method: "GET" } as const;

describe("a file", () => {
  it("comes with the headers that caches are built on", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header(), file("a b/é.json", "{}")]);
      const answer = await hub.ask(get.method, "/ann/m/resolve/main/a%20b/%C3%A9.json");
      const head = await hub.ask("HEAD", "/ann/m/resolve/HEAD/a%20b/%C3%A9.json");
      // git hash-object of "{}"
      expect(answer.headers).toMatchObject({ etag: '"9e26dfeeb6e641a33dae4961196235bdb965b21b"', "x-repo-commit": expect.stringMatching(/^[0-9a-f]{40}$/), "accept-ranges": "bytes", "content-disposition": `inline; filename*=UTF-8''%C3%A9.json; filename="_.json"` });
      expect([head.status, head.headers["content-length"], head.headers["etag"], head.bytes.byteLength]).toEqual([200, "2", answer.headers["etag"], 0]);
      expect((await hub.ask("GET", "/ann/m/resolve/main/a%20b/%C3%A9.json", { headers: { "if-none-match": answer.headers["etag"]! } })).status).toBe(304);
    });
  });

  it("comes in parts", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header(), file("a.txt", "0123456789"), file("empty.txt", "")]);
      const part = async (range: string, path = "a.txt", more = {}) => {
        const { status, bytes, headers } = await hub.ask("GET", `/ann/m/resolve/main/${path}`, { headers: { range, ...more } });
        return [status, bytes.toString(), headers["content-range"]];
      };
      expect(await part("bytes=0-0")).toEqual([206, "0", "bytes 0-0/10"]);
      expect(await part("bytes=7-")).toEqual([206, "789", "bytes 7-9/10"]);
      expect(await part("bytes=-3")).toEqual([206, "789", "bytes 7-9/10"]);
      expect(await part("bytes=8-99999999999999999999")).toEqual([200, "0123456789", undefined]);
      expect(await part("bytes=8-99")).toEqual([206, "89", "bytes 8-9/10"]);
      expect((await part("bytes=10-"))[0]).toBe(416);
      expect(await part("bytes=1-2,4-5")).toEqual([200, "0123456789", undefined]);
      expect(await part("bytes=5-2")).toEqual([200, "0123456789", undefined]);
      expect(await part("bytes=0-0", "empty.txt")).toEqual([200, "", "bytes */0"]);
      expect(await part("bytes=2-3", "a.txt", { "if-range": '"other"' })).toEqual([200, "0123456789", undefined]);
    });
  });

  it("of a branch with slashes is found, encoded or not", async () => {
    await withHub(async (hub) => {
      await hub.ask("POST", "/api/models/ann/m/branch/feat%2Fx", { body: {} });
      for (const revision of ["feat%2Fx", "feat/x", "refs/heads/feat/x"]) expect((await hub.ask("GET", `/ann/m/resolve/${revision}/.gitattributes`)).status).toBe(200);
    });
  });

  it("that is not there says so with the commit, so that clients remember it", async () => {
    await withHub(async (hub) => {
      const answer = await hub.ask("GET", "/ann/m/resolve/main/nope/x.txt");
      expect([answer.status, answer.headers["x-error-code"], answer.headers["x-repo-commit"]]).toEqual([404, "EntryNotFound", expect.stringMatching(/^[0-9a-f]{40}$/)]);
      expect((await hub.ask("GET", "/ann/m/resolve/nope/x.txt")).headers["x-error-code"]).toBe("RevisionNotFound");
      for (const path of ["", "..%2F..%2Fhub.json", "%2e%2e/x", ".git/config", "a%00b"]) expect((await hub.ask("GET", `/ann/m/resolve/main/${path}`)).status).toBe(404);
    });
  });

  it("of somebody else never runs as a page of this hub", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header(), file("x.html", "<script>1</script>"), file("x.svg", "<svg/>")]);
      for (const name of ["x.html", "x.svg"]) {
        const { headers } = await hub.ask("HEAD", `/ann/m/resolve/main/${name}`);
        expect(headers).toMatchObject({ "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", "content-security-policy": expect.stringContaining("sandbox") });
      }
    });
  });
});

describe("a folder", () => {
  it("is listed, with the last commit of each on wish, in pages", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header("first"), file("d/a.txt", "a"), file("b.txt", "b")]);
      await hub.commit("ann/m", [header("second"), file("d/c.txt", "c")]);
      const tree = await hub.ask("GET", "/api/models/ann/m/tree/main?expand=true");
      expect(tree.json).toMatchObject([{ path: ".gitattributes", type: "file" }, { path: "b.txt", size: 1, lastCommit: { title: "first" } }, { path: "d", type: "directory", size: 0, lastCommit: { title: "second" } }]);
      const first = await hub.ask("GET", "/api/models/ann/m/tree/main?recursive=true&limit=2");
      const next = /<http:\/\/localhost:8080([^>]+)>; rel="next"/.exec(first.headers["link"] ?? "")?.[1];
      expect([first.at("length"), (await hub.ask("GET", next!)).at("0.path")]).toEqual([2, "d"]);
    });
  });

  it("that is not there is an error, not an empty list", async () => {
    await withHub(async (hub) => {
      const answer = await hub.ask("GET", "/api/models/ann/m/tree/main/data");
      expect([answer.status, answer.headers["x-error-code"]]).toEqual([404, "EntryNotFound"]);
      const missing = await hub.ask("GET", "/api/models/ann/m/tree/nope/data");
      expect([missing.status, missing.headers["x-error-code"]]).toEqual([404, "RevisionNotFound"]);
    });
  });

  it("and its files are described by a form and by JSON; what is not there is passed over", async () => {
    await withHub(async (hub) => {
      await hub.commit("ann/m", [header(), file("d/a.txt", "a")]);
      const form = await hub.ask("POST", "/api/models/ann/m/paths-info/main", { body: "paths=d%2Fa.txt&paths=nope&paths=d&expand=True", headers: { "content-type": "application/x-www-form-urlencoded" } });
      const json = await hub.ask("POST", "/api/models/ann/m/paths-info/main", { body: { paths: ["d/a.txt", "d"], expand: true }, headers: { "content-type": "application/json" } });
      expect(form.json).toMatchObject([{ path: "d/a.txt", lastCommit: { title: "change" } }, { path: "d", type: "directory" }]);
      expect(json.json).toEqual(form.json);
      expect((await hub.ask("POST", "/api/models/ann/m/paths-info/main", { body: '{"paths":1}', headers: { "content-type": "application/json" } })).status).toBe(400);
    });
  });
});
