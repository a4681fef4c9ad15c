// What Node's parser could not read is no request: it is answered on the bare connection, in the form of every other problem.
import type { Socket } from "node:net";
import type { Problem } from "../route.ts";

interface Refusal {
  readonly status: string;
  readonly error: string;
  readonly detail: string;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: "431 Request Header Fields Too Large", error: "http.headers_too_large", detail: "Cannot read the request: its head is larger than 16 KiB" },
  ERR_HTTP_REQUEST_TIMEOUT: { status: "408 Request Timeout", error: "http.request_timeout", detail: "Cannot read the request: it did not come in whole in time" },
};
const MALFORMED: Refusal = { status: "400 Bad Request", error: "http.malformed_request", detail: "Cannot read the request: it is not HTTP/1.1" };

/** Answers and closes. A connection that the client has reset gets nothing. */
export function refuseConnection(thrown: Error, socket: Socket, headers: (() => Readonly<Record<string, string>>) | undefined): void {
  const code = (thrown as NodeJS.ErrnoException).code ?? "";
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const { status, error, detail } = REFUSALS[code] ?? MALFORMED;
  const body = JSON.stringify({ error, detail, status_code: Number(status.slice(0, 3)) } satisfies Problem);
  const lines = Object.entries({ ...headers?.(), "content-type": "application/json; charset=utf-8", "content-length": String(Buffer.byteLength(body)), connection: "close" }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status}`, ...lines, "", body].join("\r\n"));
}
