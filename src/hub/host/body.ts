// Bodies are read here and nowhere else: only after it is known who asks, and never further than a bound.
import type { ZodType } from "zod";
import { bodyInvalid, bodyTooLarge } from "./errors.ts";

/** Reads a whole body. @throws `hub.too_large` */
export async function readBytes(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of body) {
    total += piece.byteLength;
    if (total > limitBytes) throw bodyTooLarge(limitBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Reads a JSON body of any media type; an empty one counts as `{}`. @throws `hub.too_large`, `hub.body_invalid` naming the fields */
export async function readJsonBody<T>(body: AsyncIterable<Uint8Array>, schema: ZodType<T>, limitBytes = 4 * 2 ** 20): Promise<T> {
  const bytes = await readBytes(body, limitBytes);
  return parseJson(bytes.byteLength === 0 ? "{}" : bytes.toString("utf8"), schema);
}

/** @throws `hub.body_invalid` naming the fields */
export function parseJson<T>(text: string, schema: ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bodyInvalid("it is not valid JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw bodyInvalid(result.error.issues.slice(0, 5).map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`)).join("; "));
}
