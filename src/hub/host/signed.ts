// Addresses that need no token: clients send none where large files go. Signed for one act, one content and a time.
import { createHmac, timingSafeEqual } from "node:crypto";
import { addressExpired } from "./errors.ts";
import type { Host } from "./host.ts";

export type SignedAct = "put" | "get" | "part" | "finish" | "verify";

const LASTS_SECONDS = 24 * 3600;

/** `path` with what proves that this hub gave it out. `subject` is what may be acted on. */
export function signAddress({ record, now }: Host, path: string, act: SignedAct, subject: string): string {
  const expires = Math.floor(now().getTime() / 1000) + LASTS_SECONDS;
  return `${path}?expires=${expires}&signature=${signatureOf(record.secret, act, subject, expires)}`;
}

/** @throws `hub.address_expired` */
export function requireSigned({ record, now }: Host, query: URLSearchParams, act: SignedAct, subject: string): void {
  const expires = Number(query.get("expires"));
  const given = Buffer.from(query.get("signature") ?? "");
  const expected = Buffer.from(signatureOf(record.secret, act, subject, expires));
  if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected) || !(expires >= now().getTime() / 1000)) throw addressExpired();
}

function signatureOf(secret: string, act: SignedAct, subject: string, expires: number): string {
  return createHmac("sha256", secret).update(`large-file\n${act}\n${subject}\n${expires}`).digest("base64url");
}
