// The body of a commit: one JSON document a line, a file's content in it as base64. A line is held at a time, never the whole body.
import { z } from "zod";
import { bodyInvalid, bodyTooLarge } from "./errors.ts";
import { parseJson } from "./body.ts";

const LARGEST_FILE_BYTES = 100 * 2 ** 20;
const LONGEST_LINE = Math.ceil((LARGEST_FILE_BYTES * 4) / 3) + 64 * 1024;
/** Content of a longer line is decoded where it lies, not by way of a JSON text. */
const SHORT_LINE = 64 * 1024;

const path = z.string();
const schema = z.discriminatedUnion("key", [
  z.object({ key: z.literal("header"), value: z.object({ summary: z.string(), description: z.string().nullish(), parentCommit: z.string().nullish() }) }),
  z.object({ key: z.literal("file"), value: z.object({ path, content: z.string(), encoding: z.enum(["base64", "utf-8"]).default("utf-8") }) }),
  z.object({ key: z.literal("lfsFile"), value: z.object({ path, algo: z.string().optional(), oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.number().int().min(0).nullish() }) }),
  z.object({ key: z.literal("deletedFile"), value: z.object({ path }) }),
  z.object({ key: z.literal("deletedFolder"), value: z.object({ path }) }),
]);

export type CommitLine =
  | { readonly key: "header"; readonly summary: string; readonly description: string; readonly parentCommit?: string }
  | { readonly key: "file"; readonly path: string; readonly bytes: Uint8Array }
  | { readonly key: "lfsFile"; readonly path: string; readonly oid: string; readonly sizeBytes?: number }
  | { readonly key: "deletedFile"; readonly path: string }
  | { readonly key: "deletedFolder"; readonly path: string };

/** @throws `hub.body_invalid` with the number of the line, `hub.too_large` */
export async function* readCommitLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<CommitLine> {
  let number = 0;
  for await (const line of splitLines(body)) {
    number += 1;
    if (line.byteLength > 0) yield readLine(line, number);
  }
}

async function* splitLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      yield Buffer.concat([...pieces, piece.subarray(start, end)]);
      [pieces, length, start] = [[], 0, end + 1];
    }
    pieces.push(piece.subarray(start));
    length += piece.byteLength - start;
    if (length > LONGEST_LINE) throw bodyTooLarge(LONGEST_LINE);
  }
  yield Buffer.concat(pieces);
}

function readLine(line: Buffer, number: number): CommitLine {
  try {
    const long = line.byteLength > SHORT_LINE ? cutContent(line) : undefined;
    const { key, value } = parseJson((long?.rest ?? line).toString("utf8"), schema);
    if (key === "file") {
      if (long !== undefined && value.encoding !== "base64") throw bodyInvalid("a long file must be in base64");
      const bytes = value.encoding === "base64" ? decode(long?.content.toString("latin1") ?? value.content) : Buffer.from(value.content, "utf8");
      return { key, path: value.path, bytes };
    }
    if (key === "lfsFile") return { key, path: value.path, oid: value.oid, ...(typeof value.size === "number" ? { sizeBytes: value.size } : {}) };
    if (key !== "header") return { key, path: value.path };
    const parentCommit = value.parentCommit ?? undefined;
    return { key, summary: value.summary, description: value.description ?? "", ...(parentCommit === undefined ? {} : { parentCommit }) };
  } catch (thrown) {
    throw bodyInvalid(`line ${number}: ${(thrown as Error).message.replace(/^Cannot read the request: /, "")}`);
  }
}

/** Base64 has neither quotes nor backslashes, so the content ends at the next quote. Nothing before it can be mistaken for the name of the field: quotes in a text have a backslash before them. */
function cutContent(line: Buffer): { readonly rest: Buffer; readonly content: Buffer } | undefined {
  const name = line.indexOf('"content"');
  const start = name === -1 ? -1 : line.indexOf('"', name + '"content"'.length) + 1;
  const end = start <= 0 ? -1 : line.indexOf('"', start);
  if (end === -1 || !/^\s*:\s*$/.test(line.toString("latin1", name + '"content"'.length, start - 1).slice(0, 100))) return undefined;
  return { rest: Buffer.concat([line.subarray(0, start), line.subarray(end)]), content: line.subarray(start, end) };
}

/** Buffer skips what is no base64; the length tells. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.byteLength !== Math.floor((text.replace(/={1,2}$/, "").length * 3) / 4)) throw bodyInvalid("its content is no base64");
  if (bytes.byteLength > LARGEST_FILE_BYTES) throw bodyTooLarge(LARGEST_FILE_BYTES);
  return bytes;
}
