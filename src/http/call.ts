import type { ZodType } from "zod";
import type { Route, RouteCall, RouteReply } from "../route.ts";
import { answerTooSlow, invalidRequest } from "./errors.ts";
import type { OpenCall } from "./open-call.ts";

/** One request as it came in. */
export type IncomingCall = Omit<RouteCall, "signal">;

/**
 * Validates a request by the schemas of its route and runs it. `open` follows the connection; it is called when the route asks for the signal
 * or does not answer at once. Its signal is aborted when time is up, too;
 * a body that comes as a stream has all the time it needs.
 * @throws `http.invalid_request`, `http.timeout`, what the route throws
 */
export function callRoute(route: Route, incoming: IncomingCall, open: () => OpenCall, timeoutMs: number): Promise<RouteReply> | RouteReply {
  const { method, url, params, headers, setHeaders } = incoming;
  const isStream = route.bodyKind === "stream";
  const body = isStream ? incoming.body : validate(route.body, incoming.body, "body");
  const query = validate(route.query, incoming.query, "query");
  const work = route.run({
    method,
    url,
    params,
    headers,
    setHeaders,
    body,
    query,
    get origin() {
      return incoming.origin;
    },
    get signal() {
      return open().signal;
    },
  });
  if (!(work instanceof Promise)) return work;
  const call = open();
  return isStream ? work : withinTime(work, call, timeoutMs);
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
