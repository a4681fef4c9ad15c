// The only place that knows status codes: an error becomes a status and a body.
import { TunesmithError } from "../errors.ts";
import type { Problem } from "../route.ts";

export interface ProblemReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
}

const STATUS: Readonly<Record<string, number>> = {
  "http.invalid_request": 422,
  "http.body_too_large": 413,
  "http.body_cut_off": 400,
  "http.not_found": 404,
  "http.method_not_allowed": 405,
  "http.timeout": 504,
  "http.key_missing": 401,
  "http.key_unknown": 401,
  "http.admin_key_needed": 403,
  "http.keys_not_set": 403,
  "http.host_not_allowed": 403,
  "llama.context_exceeded": 422,
  "models.too_long": 422,
  "serving.busy": 429,
  "serving.cancelled": 499,
  "serving.closed": 503,
  "serving.model_crashed": 503,
  "serving.model_unknown": 404,
  "serving.no_model": 503,
  "serving.timeout": 504,
  "serving.context_exceeded": 422,
  "serving.prompt_empty": 422,
  "serving.conversation_unsupported": 422,
  "serving.field_unsupported": 422,
  "serving.token_unknown": 422,
};

/** What fastify itself refuses, before a route is asked. */
const FRAMEWORK: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["http.body_too_large", "Cannot read the body: it is larger than this server takes"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["http.media_type", "Cannot read the body: it must be application/json"],
  FST_ERR_CTP_EMPTY_JSON_BODY: ["http.malformed_json", "Cannot read the body: it is empty, a JSON object is needed"],
  FST_ERR_CTP_INVALID_JSON_BODY: ["http.malformed_json", "Cannot read the body: it is not valid JSON"],
  FST_ERR_BAD_URL: ["http.malformed_request", "Cannot read the address: a % in it does not stand before two hex digits"],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["http.malformed_request", "Cannot read the body: its length does not match the header"],
};

/** Turns anything thrown into an answer. What is not meant for people says nothing about the inside. */
export function toProblem(thrown: unknown): ProblemReply {
  if (thrown instanceof TunesmithError) return fromTunesmith(thrown);
  const { code = "", statusCode } = (thrown ?? {}) as { readonly code?: string; readonly statusCode?: number };
  const known = FRAMEWORK[code];
  if (known !== undefined) return reply(statusCode ?? 400, { error: known[0], detail: known[1] });
  if (thrown instanceof SyntaxError && statusCode === 400) return reply(400, { error: "http.malformed_json", detail: "Cannot read the body: it is not valid JSON" });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return reply(statusCode, { error: "http.malformed_request", detail: (thrown as Error).message });
  return reply(500, { error: "internal", detail: "Something went wrong inside; the server's log has the details" });
}

/** Whether an error is a fault of ours, to be logged. */
export function isInternal(problem: ProblemReply): boolean {
  return problem.status >= 500;
}

function fromTunesmith({ code, message, hint, details }: TunesmithError): ProblemReply {
  const status = STATUS[code] ?? (code.endsWith(".missing") || code.endsWith("_missing") ? 404 : 400);
  const retryAfter = details?.["retry_after_s"];
  const allowed = details?.["allowed"];
  const headers = {
    ...(typeof retryAfter === "number" ? { "retry-after": String(retryAfter) } : {}),
    ...(Array.isArray(allowed) ? { allow: allowed.join(", ") } : {}),
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
  };
  return reply(status, { error: code, detail: message, hint, faults: details?.["faults"] }, headers);
}

function reply(status: number, body: Omit<Problem, "status_code">, headers: Readonly<Record<string, string>> = {}): ProblemReply {
  const { error, detail, hint, faults } = body;
  return { status, headers, body: { error, detail, status_code: status, ...(hint === undefined ? {} : { hint }), ...(faults === undefined ? {} : { faults }) } };
}
