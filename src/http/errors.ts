import { TunesmithError } from "../errors.ts";

/** One thing wrong with a request body or query. */
export interface RequestFault {
  /** Dotted path; empty for the whole. */
  readonly field: string;
  readonly message: string;
}

export function invalidRequest(part: "body" | "query", faults: readonly RequestFault[]): TunesmithError {
  return new TunesmithError({
    code: "http.invalid_request",
    message: `Cannot read the ${part}: ${faults.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`)).join("; ")}`,
    hint: "See /docs for the fields.",
    details: { faults },
  });
}

export function routeNotFound(method: string, path: string): TunesmithError {
  return new TunesmithError({ code: "http.not_found", message: `Cannot ${method} ${path}: there is no such route`, hint: "See /docs for the routes." });
}

export function methodNotAllowed(method: string, path: string, allowed: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "http.method_not_allowed",
    message: `Cannot ${method} ${path}: it takes ${allowed.join(", ")}`,
    hint: "See /docs for the routes.",
    details: { allowed },
  });
}

export function answerTooSlow(timeoutMs: number): TunesmithError {
  return new TunesmithError({ code: "http.timeout", message: `Cannot answer: it took longer than ${timeoutMs / 1000} s`, hint: "Ask for less, for example fewer tokens." });
}

export function portInUse(host: string, port: number, cause: unknown): TunesmithError {
  return new TunesmithError({
    code: "http.port_in_use",
    message: `Cannot listen on ${host}:${port}: another process uses the port`,
    hint: `Choose another one with --port, for example --port ${port + 1}.`,
    details: { host, port },
    cause,
  });
}

export function cannotListen(host: string, port: number, cause: unknown): TunesmithError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TunesmithError({ code: "http.cannot_listen", message: `Cannot listen on ${host}:${port}: ${reason}`, hint: "Choose an address of this machine with --host and a port above 1023.", cause });
}
