// Threads that share jobs. Results come back in the order in which jobs were given, so that nothing depends on which thread was quicker.
import { fromErrorRecord, toErrorRecord, type ErrorRecord } from "../../errors.ts";
import { startWorker } from "../threads.ts";
import { buffersOf, createDoer, type TaskName, type Tasks } from "./tasks.ts";

/** Jobs given to a thread and not yet taken back. */
const JOBS_UNDER_WAY = 3;

/** Jobs done here before threads are started: a small dataset is ready before they are. */
const FIRST_JOBS = 8;

export interface CrewOptions<Name extends TaskName> {
  readonly task: Name;
  readonly settings: Tasks[Name]["settings"];
  /** 0 does all work in this thread. */
  readonly threads: number;
  /** Called with every result, in the order of the jobs. */
  readonly take: (result: Tasks[Name]["result"]) => void;
}

export interface Crew<Name extends TaskName> {
  /** Gives a job away. Waits while too many are under way. */
  give(job: Tasks[Name]["job"]): Promise<void>;
  /** Waits for all jobs. @returns what each thread saw */
  finish(): Promise<readonly Tasks[Name]["part"][]>;
}

export type CrewMessage = { readonly job: unknown } | { readonly finish: true };
export type CrewReply = { readonly result: unknown } | { readonly failed: ErrorRecord };

/** Runs `lead`, which gives jobs, with a crew that is dismissed when it returns or throws. */
export async function withCrew<Name extends TaskName, T>({ task, settings, threads, take }: CrewOptions<Name>, lead: (crew: Crew<Name>) => Promise<T>): Promise<T> {
  const own = createDoer(task, settings);
  const members: Member[] = [];
  const waiting: Promise<unknown>[] = [];
  const takeFirst = async (): Promise<void> => take((await waiting.shift()) as Tasks[Name]["result"]);
  let given = 0;
  const crew: Crew<Name> = {
    async give(job) {
      given += 1;
      if (threads === 0 || given <= FIRST_JOBS) return take(own.work(job));
      if (members.length < threads) members.push(startMember(task, settings));
      const result = members[given % members.length]!.ask({ job });
      result.catch(() => {});
      waiting.push(result);
      while (waiting.length >= members.length * JOBS_UNDER_WAY) await takeFirst();
    },
    async finish() {
      while (waiting.length > 0) await takeFirst();
      return [own.part(), ...(await Promise.all(members.map((member) => member.ask({ finish: true }) as Promise<Tasks[Name]["part"]>)))];
    },
  };
  try {
    return await lead(crew);
  } finally {
    await Promise.all(members.map((member) => member.end()));
  }
}

interface Member {
  ask(message: CrewMessage): Promise<unknown>;
  end(): Promise<unknown>;
}

function startMember(task: TaskName, settings: unknown): Member {
  const worker = startWorker(import.meta.url, "./crew-thread", { workerData: { task, settings } });
  const asked: { readonly resolve: (result: unknown) => void; readonly reject: (cause: unknown) => void }[] = [];
  const failAll = (cause: unknown): void => asked.splice(0).forEach(({ reject }) => reject(cause));
  worker.on("message", (reply: CrewReply) => {
    const first = asked.shift()!;
    if ("failed" in reply) first.reject(fromErrorRecord(reply.failed));
    else first.resolve(reply.result);
  });
  worker.on("error", failAll);
  worker.on("exit", () => failAll(new Error("internal: a thread ended before its work")));
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        asked.push({ resolve, reject });
        worker.postMessage(message, "job" in message ? buffersOf(message.job) : []);
      }),
    end: () => worker.terminate(),
  };
}

/** What a thread says when a job failed. */
export function describeFailure(thrown: unknown): CrewReply {
  return { failed: toErrorRecord(thrown) };
}
