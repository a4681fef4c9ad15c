import { describe, expect, it } from "vitest";
import { answered, fakeModel, fakePool, fakeShelf } from "../../test/helpers/fake-shelf.ts";
import { answerWith } from "./answer-with.ts";
import { createCounters } from "./counters.ts";
import { identityHeaders } from "./identity.ts";
import { openShelf, type FoundModel } from "./shelf.ts";

const text = async () => answered("");

/** A model of that version, and how often its pool was closed. */
function versioned(version: string, digest: string) {
  const pool = fakePool(text);
  const model = fakeModel(pool, { name: "m", version, digest });
  const found: FoundModel = { identity: model.identity, open: async () => model };
  return { pool, found };
}

describe("a shelf", () => {
  it("finds models by name, version and both, and the first that can do a task", async () => {
    const other = fakePool(text);
    const shelf = await fakeShelf(fakeModel(fakePool(text), { name: "a", version: "v1.0" }), fakeModel({ ...other, info: { ...other.info, tasks: ["embed"] } }, { name: "b", version: null }));
    const nameOf = (name?: string) => shelf.borrow("generate", name).model.identity.name;
    expect([nameOf(), nameOf("a"), nameOf("v1.0"), nameOf("a@v1.0"), shelf.borrow("embed").model.identity.name]).toEqual(["a", "a", "a", "a", "b"]);
    expect(() => shelf.borrow("generate", "c")).toThrow("no model of this server has that name");
    expect(() => shelf.borrow("generate", "b")).toThrow("b cannot write text");
    expect(() => shelf.borrow("rerank")).toThrow("this server has no model that can rank documents");
  });

  it("exchanges a model without dropping what is under way", async () => {
    const [old, fresh] = [versioned("v1", "1".repeat(64)), versioned("v2", "2".repeat(64))];
    let current = old;
    const shelf = await openShelf([{ source: "latest", find: async () => current.found }]);
    const loan = shelf.borrow("generate", "m");
    expect(await shelf.reload()).toMatchObject([{ changed: false }]);
    current = fresh;
    expect(await shelf.reload("m")).toMatchObject([{ changed: true, before: { version: "v1" }, after: { version: "v2" } }]);
    expect([shelf.borrow("generate").model.identity.version, loan.model.identity.version, old.pool.closed.count]).toEqual(["v2", "v1", 0]);
    loan.release();
    loan.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect([old.pool.closed.count, fresh.pool.closed.count]).toEqual([1, 0]);
    await shelf.close();
    expect(fresh.pool.closed.count).toBe(1);
    expect(() => shelf.borrow("generate")).toThrow("closed");
  });

  it("keeps the model that stands there when the new one cannot be opened", async () => {
    const old = versioned("v1", "1".repeat(64));
    let broken = false;
    const shelf = await openShelf([{ name: "support", source: "v1", find: (source) => (broken ? Promise.reject(new Error(`no ${source}`)) : Promise.resolve(old.found)) }]);
    broken = true;
    await expect(shelf.reload("support", "v9")).rejects.toThrow("no v9");
    expect(shelf.borrow("generate", "support").model.identity).toMatchObject({ name: "support", version: "v1" });
  });

  it("closes what it opened when a later model cannot be found", async () => {
    const first = versioned("v1", "1".repeat(64));
    await expect(openShelf([{ source: "a", find: async () => first.found }, { source: "b", find: () => Promise.reject(new Error("no b")) }])).rejects.toThrow("no b");
    expect(first.pool.closed.count).toBe(1);
  });

  it("lends until a stream is over, read to its end or not, and gives back after a failure", async () => {
    const pool = fakePool(text);
    const shelf = await openShelf([{ source: "", find: async () => ({ identity: fakeModel(pool).identity, open: async () => fakeModel(pool) }) }]);
    const next = versioned("v9", "9".repeat(64));
    async function* events() {
      yield 1;
      yield 2;
    }
    const reply = await answerWith(shelf, { task: "generate" }, { setHeaders: () => {} }, async () => ({ events: events() }));
    await expect(answerWith(shelf, { task: "generate" }, { setHeaders: () => {} }, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    const exchanged = await openShelf([{ source: "", find: async () => next.found }]);
    await exchanged.close();
    if ("events" in reply) for await (const event of reply.events) if (event === 1) break;
    await shelf.close();
    expect(pool.closed.count).toBe(1);
  });
});

it("has the same headers for every model, so that none is left over from another", () => {
  const { identity } = fakeModel(fakePool(text));
  const bare = identityHeaders({ ...identity, name: "größer", version: null, runId: null });
  expect(Object.keys(bare)).toEqual(Object.keys(identityHeaders(identity)));
  expect(bare).toMatchObject({ "x-model-name": "gr%C3%B6%C3%9Fer", "x-model-version": "unversioned", "x-model-run": "none" });
});

describe("the metrics", () => {
  it("count answers by route and status, and say what the models do", async () => {
    const counters = createCounters(1000, () => 5);
    for (const seconds of [0.001, 0.3, 1000]) counters.count({ method: "POST", path: "/generate", status: 200, seconds });
    counters.count({ method: "GET", path: undefined, status: 404, seconds: 0.001 });
    const page = counters.render(await fakeShelf(fakeModel(fakePool(text), { name: 'a"b', version: null })));
    for (const line of [
      'tunesmith_http_requests_total{method="POST",path="/generate",status="200"} 3',
      'tunesmith_http_requests_total{method="GET",path="(none)",status="404"} 1',
      'tunesmith_http_request_seconds_bucket{path="/generate",le="0.005"} 1',
      'tunesmith_http_request_seconds_bucket{path="/generate",le="0.5"} 2',
      'tunesmith_http_request_seconds_bucket{path="/generate",le="+Inf"} 3',
      'tunesmith_http_request_seconds_count{path="/generate"} 3',
      'tunesmith_generated_tokens_total{model="a\\"b"} 9',
      'tunesmith_model_restarts_total{model="a\\"b"} 1',
      "process_start_time_seconds 1000",
      "process_resident_memory_bytes 5",
    ]) expect(page.split("\n")).toContain(line);
  });
});
