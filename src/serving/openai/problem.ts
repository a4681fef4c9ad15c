// Problems in OpenAI's form, by which its clients choose their error classes and whether to try again.
import type { Problem } from "../../route.ts";

const CODES: Readonly<Record<string, string>> = {
  "serving.context_exceeded": "context_length_exceeded",
  "serving.model_unknown": "model_not_found",
  "http.key_missing": "invalid_api_key",
  "http.key_unknown": "invalid_api_key",
  "serving.busy": "rate_limit_exceeded",
};

/** A body that does not fit is 400 there, not 422. */
export function openaiProblem({ error, detail, status_code, hint, faults }: Problem) {
  const status = status_code === 422 ? 400 : status_code;
  const message = hint === undefined ? detail : `${detail}. ${hint}`;
  const field = Array.isArray(faults) ? (faults[0] as { readonly field?: string } | undefined)?.field : undefined;
  return { status, body: { error: { message, type: typeOf(status), param: field ?? null, code: CODES[error] ?? error } } };
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
