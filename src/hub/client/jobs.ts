// Jobs: a command in a container on the hub's machines. https://huggingface.co/docs/huggingface_hub/guides/jobs
import { TunesmithError } from "../../errors.ts";
import type { Connection } from "../pull/request.ts";
import { AnswerLost, call, callForJson } from "./call.ts";
import { answerStrange, unreachableDeed, type Deed } from "./errors.ts";
import { readEvents } from "./events.ts";
import { readPages } from "./pages.ts";

export interface JobRequest {
  /** User or organization that pays. */
  readonly owner: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Gives the job the token of this connection as HF_TOKEN, among its secrets. Default false. */
  readonly passToken?: boolean;
  /** `a10g-large`, `cpu-basic`. */
  readonly flavor: string;
  readonly timeoutSeconds?: number;
  /** Found again by them; one of them should be its own. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface HubJob {
  readonly id: string;
  readonly owner: string;
  /** SCHEDULING, RUNNING, COMPLETED, CANCELED, ERROR, DELETED. */
  readonly stage: string;
  readonly message: string;
  readonly flavor: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface JobLine {
  readonly timestamp: string;
  readonly text: string;
}

export interface HubJobs {
  /** Not repeated when its answer is lost: it is looked for by its labels instead. @throws `hub.forbidden` where the account may not run jobs */
  run(request: JobRequest): Promise<HubJob>;
  list(owner: string): Promise<readonly HubJob[]>;
  read(owner: string, id: string): Promise<HubJob>;
  cancel(owner: string, id: string): Promise<void>;
  /** What the job prints, from its start, until it has ended; a stream that breaks is taken up where it was. */
  followLogs(owner: string, id: string): AsyncGenerator<JobLine>;
}

const ENDED: readonly string[] = ["COMPLETED", "CANCELED", "ERROR", "DELETED"];
/** Streams in a row that bring nothing new before a job that still runs is given up on. */
const MOST_EMPTY = 30;
const PAUSE_MS = 2000;

export function hasEnded({ stage }: HubJob): boolean {
  return ENDED.includes(stage);
}

export function connectJobs(connection: Connection): HubJobs {
  const deedFor = (what: string): Deed => ({ what, endpoint: connection.endpoint });
  const place = (owner: string, rest = ""): string => `/api/jobs/${encodeURIComponent(owner)}${rest}`;
  const placeOf = (owner: string, id: string, rest = ""): string => place(owner, `/${encodeURIComponent(id)}${rest}`);
  const jobs: HubJobs = {
    async run(request) {
      const deed = deedFor(`submit a job for ${request.owner}`);
      const { image, command, environment = {}, flavor, timeoutSeconds, labels = {}, passToken = false } = request;
      const secrets = passToken && connection.token !== undefined ? { HF_TOKEN: connection.token } : {};
      const json = { dockerImage: image, command, arguments: [], environment, secrets, flavor, labels, ...(timeoutSeconds !== undefined && { timeoutSeconds }) };
      try {
        return readJob(await callForJson(connection, { method: "POST", path: place(request.owner), json, repeatable: false }, deed), deed);
      } catch (thrown) {
        if (!(thrown instanceof AnswerLost)) throw thrown;
        const own = (await jobs.list(request.owner)).find((job) => Object.keys(labels).length > 0 && Object.entries(labels).every(([key, value]) => job.labels[key] === value));
        if (own === undefined) throw unreachableDeed(deed, thrown.cause ?? thrown);
        return own;
      }
    },
    async list(owner) {
      const deed = deedFor(`list the jobs of ${owner}`);
      const found: HubJob[] = [];
      for await (const page of readPages(connection, place(owner), deed)) for (const value of page) found.push(readJob(value as Readonly<Record<string, unknown>>, deed));
      return found;
    },
    async read(owner, id) {
      const deed = deedFor(`read job ${id} of ${owner}`);
      return readJob(await callForJson(connection, { method: "GET", path: placeOf(owner, id) }, deed), deed);
    },
    async cancel(owner, id) {
      await (await call(connection, { method: "POST", path: placeOf(owner, id, "/cancel"), json: {} }, deedFor(`cancel job ${id} of ${owner}`))).body?.cancel();
    },
    async *followLogs(owner, id) {
      const deed = deedFor(`follow the logs of job ${id}`);
      let seen = 0;
      for (let empty = 0; ; ) {
        const job = await jobs.read(owner, id);
        let at = 0;
        for await (const line of openLogs(connection, placeOf(owner, id, "/logs"), deed)) {
          at += 1;
          if (at <= seen) continue;
          seen = at;
          empty = 0;
          yield line;
        }
        if (hasEnded(job)) return;
        empty += 1;
        if (empty > MOST_EMPTY && (await jobs.read(owner, id)).stage !== "SCHEDULING") throw answerStrange(deed, "sends no more of the log of a job that still runs");
        await connection.wait(PAUSE_MS);
      }
    },
  };
  return jobs;
}

/** One stream of events, from the first line on. A broken one ends here and is opened again by the caller. */
async function* openLogs(connection: Connection, path: string, deed: Deed): AsyncGenerator<JobLine> {
  let response: Response;
  try {
    response = await call(connection, { method: "GET", path, headers: { accept: "text/event-stream" } }, deed);
  } catch (thrown) {
    // A job that waits for its machine has no log yet.
    if (thrown instanceof TunesmithError && thrown.code.endsWith("_not_found")) return;
    throw thrown;
  }
  for await (const { data } of readEvents(response)) {
    const line = readLine(data);
    if (line !== undefined) yield line;
  }
}

function readLine(data: string): JobLine | undefined {
  try {
    const { timestamp, data: text } = JSON.parse(data) as { readonly timestamp?: unknown; readonly data?: unknown };
    return typeof text === "string" ? { timestamp: String(timestamp ?? ""), text: text.replace(/\r?\n$/, "") } : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) return undefined;
    throw cause;
  }
}

function readJob({ id, owner, status, flavor, createdAt, labels }: Readonly<Record<string, unknown>>, deed: Deed): HubJob {
  const { stage, message } = (status ?? {}) as { readonly stage?: unknown; readonly message?: unknown };
  if (typeof id !== "string" || typeof stage !== "string") throw answerStrange(deed, "does not describe the job");
  const { name } = (owner ?? {}) as { readonly name?: unknown };
  return {
    id,
    owner: typeof name === "string" ? name : "",
    stage,
    message: typeof message === "string" ? message : "",
    flavor: typeof flavor === "string" ? flavor : "",
    createdAt: typeof createdAt === "string" ? createdAt : "",
    labels: Object.fromEntries(Object.entries((labels ?? {}) as Readonly<Record<string, unknown>>).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []))),
  };
}
