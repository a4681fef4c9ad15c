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

export function bodyTooLarge(limitBytes: number): TunesmithError {
  return new TunesmithError({ code: "http.body_too_large", message: `Cannot read the body: it is larger than the ${limitBytes} bytes that are taken here`, hint: "Send less at once.", details: { limit_bytes: limitBytes } });
}

export function bodyCutOff(cause: unknown): TunesmithError {
  return new TunesmithError({ code: "http.body_cut_off", message: "Cannot read the body: the connection ended before it was whole", hint: "Send it again.", cause });
}

export function hostMalformed(): TunesmithError {
  return new TunesmithError({ code: "http.malformed_request", message: "Cannot answer: the header Host is not a name with a port", hint: "Call this server by its name." });
}

export function answerTooSlow(timeoutMs: number): TunesmithError {
  return new TunesmithError({ code: "http.timeout", message: `Cannot answer: it took longer than ${timeoutMs / 1000} s`, hint: "Ask for less, for example fewer tokens." });
}

export function keyMissing(): TunesmithError {
  return new TunesmithError({
    code: "http.key_missing",
    message: "Cannot answer: the request has no key, this server asks for one",
    hint: "Send `Authorization: Bearer <key>`; `tunesmith keys add` makes keys.",
  });
}

export function keyUnknown(): TunesmithError {
  return new TunesmithError({ code: "http.key_unknown", message: "Cannot answer: the key is unknown or was taken back", hint: "Ask who runs this server for another one." });
}

export function adminKeyNeeded(holder: string): TunesmithError {
  return new TunesmithError({ code: "http.admin_key_needed", message: `Cannot do this: the key of ${holder} may ask, an admin's is needed`, hint: "`tunesmith keys add --admin` makes one." });
}

export function keysNotSet(): TunesmithError {
  return new TunesmithError({
    code: "http.keys_not_set",
    message: "Cannot do this: this server knows no keys, an admin's is needed",
    hint: "Make one with `tunesmith keys add --admin`.",
  });
}

export function hostNotAllowed(host: string): TunesmithError {
  return new TunesmithError({
    code: "http.host_not_allowed",
    message: `Cannot answer to the name ${JSON.stringify(host)}: this server is called by the names of this machine only`,
    hint: "Pass --allow-host with the name, or make keys with `tunesmith keys add`.",
  });
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
