import type { ZodType } from "zod";
import type { Route, RouteReply } from "../route.ts";
import { answerTooSlow, invalidRequest } from "./errors.ts";
import type { OpenCall } from "./open-call.ts";

/** One request as it came in. */
export interface IncomingCall {
  readonly body: unknown;
  readonly query: unknown;
  readonly params: Readonly<Record<string, string>>;
  readonly setHeaders: (headers: Readonly<Record<string, string>>) => void;
}

/**
 * Validates a request by the schemas of its route and runs it. `open` follows the connection; it is called when the route asks for the signal
 * or does not answer at once. Its signal is aborted when time is up, too.
 * @throws `http.invalid_request`, `http.timeout`, what the route throws
 */
export function callRoute(route: Route, { params, setHeaders, ...incoming }: IncomingCall, open: () => OpenCall, timeoutMs: number): Promise<RouteReply> | RouteReply {
  const body = validate(route.body, incoming.body, "body");
  const query = validate(route.query, incoming.query, "query");
  const work = route.run({
    body,
    query,
    params,
    setHeaders,
    get signal() {
      return open().signal;
    },
  });
  return work instanceof Promise ? withinTime(work, open(), timeoutMs) : work;
}

async function withinTime(work: Promise<RouteReply>, call: OpenCall, timeoutMs: number): Promise<RouteReply> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(answerTooSlow(timeoutMs));
      call.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

function validate(schema: ZodType | undefined, value: unknown, part: "body" | "query"): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidRequest(part, result.error.issues.map((issue) => ({ field: issue.path.map(String).join("."), message: issue.message })));
}
