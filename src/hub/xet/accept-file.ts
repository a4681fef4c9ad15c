// Whether a file of a shard is what it says it is. The hub believes nothing: it looks up every chunk, computes the hash of the file from
// them, wants a proof that the client knows the chunks it refers to, and reads the whole content for its SHA-256.
import { createHash } from "node:crypto";
import { fileHash, hmac, MerkleHashSubtree, verificationHash, type Chunk } from "@huggingface/xetchunk-wasm";
import { exists } from "../../files/index.ts";
import { XET_FILE_SCHEMA_VERSION, type XetFile } from "../../records/index.ts";
import { streamContent } from "../store/content.ts";
import { keepOpen, readTerms } from "./content.ts";
import { shardInvalid, xorbMissing } from "./errors.ts";
import { equalHashes, HASH_BYTES, hexOfHash } from "./hash.ts";
import { findXetFile, writeXetFile, xorbPlace } from "./places.ts";
import type { ShardFile, ShardTerm } from "./shard.ts";
import type { XorbFile } from "./xorb-file.ts";

/** Bytes of content that were read for its SHA-256, of all files of a shard. */
export type Verified = (bytes: number) => void;

/**
 * Checks a file and makes it readable.
 * @returns its SHA-256 and size
 * @throws `xet.shard_invalid`, `xet.xorb_missing`; then the file is not there
 */
export async function* acceptFile(directory: string, file: ShardFile): AsyncGenerator<number, XetFile> {
  const sizeBytes = file.terms.reduce((sum, term) => sum + term.sizeBytes, 0);
  if (file.proofs.length !== file.terms.length) throw shardInvalid(`file ${file.hash} has ${file.terms.length} terms and ${file.proofs.length} verification hashes`);
  await verifyTerms(directory, file);
  const known = findXetFile(directory, file.hash);
  if (known !== undefined && known.terms.every(({ xorb }) => exists(xorbPlace(directory, xorb)))) {
    requireOidOf(file, known.sha256);
    writeXetFile(directory, known);
    return known;
  }
  const terms = file.terms.map(({ xorb, start, end, sizeBytes: bytes }) => ({ xorb, start, end, size_bytes: bytes }));
  const draft = { schema_version: XET_FILE_SCHEMA_VERSION, hash: file.hash, sha256: "0".repeat(64), size_bytes: sizeBytes, terms } as const;
  const digest = createHash("sha256");
  for await (const piece of streamContent(async () => readTerms(directory, draft), { start: 0, end: sizeBytes })) {
    digest.update(piece);
    yield piece.byteLength;
  }
  const sha256 = digest.digest("hex");
  requireOidOf(file, sha256);
  const accepted: XetFile = { ...draft, sha256, terms };
  writeXetFile(directory, accepted);
  return accepted;
}

function requireOidOf(file: ShardFile, found: string): void {
  if (file.oid !== undefined && file.oid !== found) throw shardInvalid(`the content of file ${file.hash} has the SHA-256 ${found}, announced is ${file.oid}`);
}

/** Terms, proofs and the file's hash, xorb by xorb; the chunks of one xorb at a time are in memory. */
async function verifyTerms(directory: string, { hash, terms, proofs }: ShardFile): Promise<void> {
  let tree: MerkleHashSubtree | undefined;
  const xorbs = keepOpen(directory);
  try {
    for (const [index, term] of terms.entries()) {
      if (!exists(xorbPlace(directory, term.xorb))) throw xorbMissing(term.xorb);
      const chunks = await xorbs.use(term.xorb, async (xorb) => chunksOf(xorb, term));
      if (!equalHashes(verificationHash(chunks.map((chunk) => chunk.hash)), proofs[index]!)) throw shardInvalid(`the verification hash of term ${index} of file ${hash} is not that of its chunks`);
      const part = MerkleHashSubtree.fromChunks(index === 0, chunks, index === terms.length - 1);
      if (tree === undefined) tree = part;
      else tree.mergeInto(part);
    }
  } finally {
    await xorbs.close();
  }
  const found = tree === undefined ? fileHash([]) : hmac(tree.finalHash() ?? new Uint8Array(HASH_BYTES), new Uint8Array(HASH_BYTES));
  if (hexOfHash(found) !== hash) throw shardInvalid(`its terms make a file of the hash ${hexOfHash(found)}, announced is ${hash}`);
}

function chunksOf(xorb: XorbFile, { xorb: hash, start, end, sizeBytes }: ShardTerm): Chunk[] {
  if (start >= end || end > xorb.chunkCount) throw shardInvalid(`a term takes the chunks ${start} to ${end} of xorb ${hash}, which has ${xorb.chunkCount}`);
  const found = xorb.contentStart(end) - xorb.contentStart(start);
  if (found !== sizeBytes) throw shardInvalid(`a term announces ${sizeBytes} bytes, its chunks have ${found}`);
  return Array.from({ length: end - start }, (_, index) => ({ hash: xorb.chunkHash(start + index), length: xorb.contentStart(start + index + 1) - xorb.contentStart(start + index) }));
}
