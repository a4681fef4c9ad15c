// Tokens for the storage: short-lived, signed, known to nobody else, so that no request has to look anything up.
import { createHmac, timingSafeEqual } from "node:crypto";
import { scopeTooNarrow, tokenRefused } from "./errors.ts";

export interface XetClaims {
  /** What for: `models/alice/m`. */
  readonly repository: string;
  readonly scope: "read" | "write";
  /** Seconds since 1970. */
  readonly expires: number;
}

/** What `GET …/xet-write-token/{revision}` answers, and the headers the JavaScript client reads instead. */
export interface XetAccess {
  readonly body: { readonly casUrl: string; readonly accessToken: string; readonly exp: number };
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The store's generation is part of its address: clients keep, by address, what they believe is stored.
 * @param origin `http://host:port` as the client wrote it
 * @param secret of the host
 */
export function grantXetAccess(origin: string, generation: string, secret: string, claims: XetClaims): XetAccess {
  const casUrl = `${origin}/cas/s-${generation}`;
  const accessToken = signXetToken(secret, claims);
  return {
    body: { casUrl, accessToken, exp: claims.expires },
    headers: { "X-Xet-Cas-Url": casUrl, "X-Xet-Access-Token": accessToken, "X-Xet-Token-Expiration": String(claims.expires) },
  };
}

export function signXetToken(secret: string, { repository, scope, expires }: XetClaims): string {
  const payload = Buffer.from(JSON.stringify([repository, scope, expires])).toString("base64url");
  return `xet_${payload}.${sign(secret, payload)}`;
}

/** @throws `xet.token_refused` for one that is not ours or has expired, `xet.scope_too_narrow` */
export function requireXetToken(secret: string, token: string | undefined, needed: "read" | "write", nowSeconds: number): XetClaims {
  const [, payload, signature] = /^xet_([\w-]{1,1000})\.([\w-]{1,100})$/.exec(token ?? "") ?? [];
  if (payload === undefined || signature === undefined) throw tokenRefused(token === undefined ? "there is none" : "it is none of this hub");
  const expected = Buffer.from(sign(secret, payload));
  const given = Buffer.from(signature);
  if (expected.byteLength !== given.byteLength || !timingSafeEqual(expected, given)) throw tokenRefused("it is none of this hub");
  const [repository, scope, expires] = JSON.parse(Buffer.from(payload, "base64url").toString()) as [string, "read" | "write", number];
  if (expires <= nowSeconds) throw tokenRefused("it has expired");
  if (needed === "write" && scope !== "write") throw scopeTooNarrow("write");
  return { repository, scope, expires };
}

/** The key is the host's, the text says what it is for: no signature of another kind passes for one. */
function sign(secret: string, payload: string): string {
  return createHmac("sha256", secret).update(`xet-token\n${payload}`).digest("base64url");
}
