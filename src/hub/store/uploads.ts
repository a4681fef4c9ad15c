// Uploads in parts that a broken connection does not undo. All parts are written into one file, each at its place, so that completing an
// upload copies nothing; a small file beside it says which part has come, and with which digest. The name of an upload says what it is to
// become, so that who asks again for the same one finds what is there.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { exists, isDirectory, listDirectory, moveDurably, openLargeFile, openPlacedWriter, readText, remove, sha256, writeFileAtomic } from "../../files/index.ts";
import { openWhole, streamContent } from "./content.ts";
import { digestMismatch, partInvalid, partsMissing, sizeMismatch, uploadPlanInvalid, uploadUnknown } from "./errors.ts";
import { requireOid, uploadsPlace, wholePlace } from "./places.ts";
import { bufferWrites } from "./receive.ts";

const MOST_PARTS = 10_000;

export interface UploadPlan {
  readonly oid: string;
  readonly sizeBytes: number;
  /** Size of every part but the last. */
  readonly partBytes: number;
  /** Whoever has another name does not share parts. */
  readonly owner: string;
}

/** What the client is told of an upload. */
export interface Upload {
  /** Safe in a path and in a URL. */
  readonly id: string;
  readonly partCount: number;
  /** Parts that are here already, by number, with their ETags. */
  readonly parts: ReadonlyMap<number, string>;
}

/** What a client says of a part: its number from 1 and the ETag it was answered with, quoted or not. */
export interface UploadedPart {
  readonly partNumber: number;
  readonly etag: string;
}

/** Begins an upload or finds the one begun before; touches no disk. @throws `large_file.plan_invalid`, `large_file.oid_invalid` */
export function startUpload(directory: string, plan: UploadPlan): Upload {
  const { oid, sizeBytes, partBytes, owner } = plan;
  const partCount = Math.ceil(sizeBytes / partBytes);
  if (!Number.isSafeInteger(sizeBytes) || !Number.isSafeInteger(partBytes) || !(partCount >= 1 && partCount <= MOST_PARTS)) throw uploadPlanInvalid(sizeBytes, partBytes);
  const id = `${requireOid(oid)}-${sizeBytes}-${partBytes}-${sha256(owner).slice(0, 16)}`;
  return { id, partCount, parts: listParts(join(uploadsPlace(directory), id)) };
}

/** Stores one part and answers its ETag; a part may come again. @throws `large_file.part_invalid`, `large_file.size_mismatch`, `large_file.upload_unknown` */
export async function putPart(directory: string, id: string, number: number, bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const { oid, sizeBytes, partBytes, partCount } = parseUploadId(id);
  if (!Number.isInteger(number) || number < 1 || number > partCount) throw partInvalid(number, partCount);
  const place = join(uploadsPlace(directory), id);
  const offset = (number - 1) * partBytes;
  const expected = Math.min(partBytes, sizeBytes - offset);
  const file = await openPlacedWriter(join(place, "content"));
  const hash = createHash("sha256");
  let count = 0;
  try {
    remove(join(place, partName(number)));
    let position = offset;
    const buffered = bufferWrites((piece) => {
      position += piece.byteLength;
      return file.write(position - piece.byteLength, piece);
    });
    try {
      for await (const piece of bytes) {
        count += piece.byteLength;
        if (count > expected) throw sizeMismatch(oid, expected, count);
        hash.update(piece);
        await buffered.write(piece);
      }
    } finally {
      await buffered.end();
    }
  } finally {
    await file.close();
  }
  if (count !== expected) throw sizeMismatch(oid, expected, count);
  const etag = hash.digest("hex");
  writeFileAtomic(join(place, partName(number)), etag);
  return etag;
}

/**
 * Makes the large file of its parts once all are here, holds its digest against the id, and removes the upload.
 * @param parts what the client says it sent; left out, what is here counts
 * @throws `large_file.parts_missing`, `large_file.digest_mismatch`, `large_file.upload_unknown`
 */
export async function finishUpload(directory: string, id: string, parts?: readonly UploadedPart[]): Promise<{ readonly oid: string; readonly sizeBytes: number }> {
  const { oid, sizeBytes, partCount } = parseUploadId(id);
  const place = join(uploadsPlace(directory), id);
  const target = wholePlace(directory, oid);
  if (!exists(place) && exists(target)) return { oid, sizeBytes };
  const stored = listParts(place);
  const claimed = new Map(parts?.map(({ partNumber, etag }) => [partNumber, etag.replaceAll('"', "")]));
  const numbers = Array.from({ length: partCount }, (_, index) => index + 1);
  const missing = numbers.filter((number) => stored.get(number) === undefined || (parts !== undefined && claimed.get(number) !== stored.get(number)));
  if (missing.length > 0) throw partsMissing(oid, missing);
  const content = join(place, "content");
  const found = await digestFile(content, sizeBytes);
  if (found !== oid) {
    remove(place);
    throw digestMismatch(oid, found);
  }
  const file = await openPlacedWriter(content);
  await file.flush().finally(() => file.close());
  await moveDurably(content, target);
  remove(place);
  return { oid, sizeBytes };
}

async function digestFile(path: string, sizeBytes: number): Promise<string> {
  const file = await openLargeFile(path);
  await file.close();
  const hash = createHash("sha256");
  for await (const piece of streamContent(() => openWhole(path), { start: 0, end: Math.min(sizeBytes, file.sizeBytes) })) hash.update(piece);
  return hash.digest("hex");
}

function listParts(place: string): ReadonlyMap<number, string> {
  if (!isDirectory(place)) return new Map();
  const numbers = listDirectory(place).files.flatMap((name) => /^part-(\d+)$/.exec(name)?.[1] ?? []);
  return new Map(numbers.map((text) => [Number(text), readText(join(place, partName(Number(text))))]));
}

function partName(number: number): string {
  return `part-${number}`;
}

function parseUploadId(id: string): { readonly oid: string; readonly sizeBytes: number; readonly partBytes: number; readonly partCount: number } {
  const [, oid, size, part] = /^([0-9a-f]{64})-(\d{1,15})-(\d{1,15})-[0-9a-f]{16}$/.exec(id) ?? [];
  if (oid === undefined) throw uploadUnknown(id);
  const [sizeBytes, partBytes] = [Number(size), Number(part)];
  const partCount = Math.ceil(sizeBytes / partBytes);
  if (!(partCount >= 1 && partCount <= MOST_PARTS)) throw uploadUnknown(id);
  return { oid, sizeBytes, partBytes, partCount };
}
