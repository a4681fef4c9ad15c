import { beforeEach, describe, expect, it } from "vitest";
import { connectHub, type HubClient } from "./client.ts";
import type { JobLine } from "./jobs.ts";

const TOKEN = "hf_secret_of_alice";

/** The jobs of a hub as the API answers (huggingface_hub 2.0, `_jobs_api`). */
let jobs: Record<string, { stage: string; labels: Record<string, string> }>;
let answer: (method: string, path: string, body: Record<string, unknown>) => Response | undefined;
let submitted: Record<string, unknown>[];
let client: HubClient;

const describeJob = (id: string) => ({ id, createdAt: "2026-01-01T00:00:00Z", owner: { name: "alice" }, status: { stage: jobs[id]!.stage, message: null }, flavor: "a10g-large", labels: jobs[id]!.labels });
const events = (...lines: string[]) => new Response([": keep-alive\n\n", ...lines.map((line, at) => `data: ${JSON.stringify({ timestamp: `t${at}`, data: `${line}\n` })}\n\n`)].join(""));
const request = { owner: "alice", image: "node:22", command: ["bash", "-c", "true"], flavor: "a10g-large", timeoutSeconds: 7200, labels: { run: "r1" }, passToken: true };

beforeEach(() => {
  jobs = {};
  submitted = [];
  answer = () => undefined;
  const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(String(input));
    const method = init?.method ?? "GET";
    const body = typeof init?.body === "string" ? (JSON.parse(init.body) as Record<string, unknown>) : {};
    const meddled = answer(method, pathname, body);
    if (meddled !== undefined) return meddled;
    const [, , , owner, id, verb] = pathname.split("/");
    if (owner !== "alice") return Response.json({ error: "no" }, { status: 403 });
    if (id === undefined && method === "POST") {
      submitted.push(body);
      jobs[`j${submitted.length}`] = { stage: "SCHEDULING", labels: body["labels"] as Record<string, string> };
      return Response.json(describeJob(`j${submitted.length}`));
    }
    if (id === undefined) return Response.json(Object.keys(jobs).map(describeJob));
    if (jobs[id] === undefined) return Response.json({ error: "no such job" }, { status: 404 });
    if (verb === "cancel") jobs[id].stage = "CANCELED";
    return verb === "logs" ? events("line") : Response.json(describeJob(id));
  };
  client = connectHub({ endpoint: "https://hub.test", token: TOKEN, environment: {}, fetch: fetch as typeof globalThis.fetch, wait: async () => {}, attempts: 2 });
});

describe("jobs", () => {
  it("are submitted with their machine, their limit and the token among the secrets", async () => {
    expect(await client.jobs.run(request)).toEqual({ id: "j1", owner: "alice", stage: "SCHEDULING", message: "", flavor: "a10g-large", createdAt: "2026-01-01T00:00:00Z", labels: { run: "r1" } });
    expect(submitted).toEqual([{ dockerImage: "node:22", command: ["bash", "-c", "true"], arguments: [], environment: {}, secrets: { HF_TOKEN: TOKEN }, flavor: "a10g-large", labels: { run: "r1" }, timeoutSeconds: 7200 }]);
  });

  it("are submitted once when the answer is lost, and found by their label", async () => {
    answer = (method, path, body) => {
      if (method !== "POST" || path !== "/api/jobs/alice") return undefined;
      submitted.push(body);
      jobs["j1"] = { stage: "RUNNING", labels: { run: "r1" } };
      return new Response("", { status: 502 });
    };
    expect((await client.jobs.run(request)).id).toBe("j1");
    expect(submitted).toHaveLength(1);
  });

  it("that were not submitted say so", async () => {
    answer = (method) => (method === "POST" ? new Response("", { status: 502 }) : undefined);
    await expect(client.jobs.run(request)).rejects.toMatchObject({ code: "hub.unreachable" });
  });

  it("are listed, read and cancelled", async () => {
    await client.jobs.run(request);
    expect(await client.jobs.list("alice")).toHaveLength(1);
    await client.jobs.cancel("alice", "j1");
    expect((await client.jobs.read("alice", "j1")).stage).toBe("CANCELED");
    await expect(client.jobs.list("bob")).rejects.toMatchObject({ code: "hub.forbidden" });
  });

  it("print each line once, through a stream that breaks, until they have ended", async () => {
    await client.jobs.run(request);
    const streams = [events("one", "two"), new Response(null, { status: 404 }), events("one", "two", "three")];
    answer = (_method, path) => {
      if (!path.endsWith("/logs")) return undefined;
      const stream = streams.shift()!;
      if (streams.length === 0) jobs["j1"]!.stage = "COMPLETED";
      return streams.length === 0 ? events("one", "two", "three") : stream;
    };
    const lines: JobLine[] = [];
    for await (const line of client.jobs.followLogs("alice", "j1")) lines.push(line);
    expect(lines.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  });
});
