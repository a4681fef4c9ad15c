// A shard says of what chunks a file is made. Everything in it is 48 bytes long, so it is read as a row of such entries and what it counts
// is never believed: nothing is allocated before it has come. https://huggingface.co/docs/xet/shard
import { shardInvalid } from "./errors.ts";
import { HASH_BYTES, hexOfHash } from "./hash.ts";

const ENTRY_BYTES = 48;
const MOST_SHARD_BYTES = 1 << 26;
/** Of all files of a shard; at 64 MiB a term that is 16 TiB. */
const MOST_TERMS = 1 << 18;
const TAG = Uint8Array.of(
  72, 70, 82, 101, 112, 111, 77, 101, 116, 97, 68, 97, 116, 97, 0, 85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169,
);
const VERSION = 2;
const FLAG_VERIFICATION = 0x80000000;
const FLAG_METADATA = 0x40000000;

/** A run of chunks of one xorb that is a part of a file. */
export interface ShardTerm {
  readonly xorb: string;
  readonly sizeBytes: number;
  readonly start: number;
  readonly end: number;
}

export interface ShardFile {
  readonly hash: string;
  readonly terms: readonly ShardTerm[];
  /** One a term: what only who knows the hashes of its chunks can compute. */
  readonly proofs: readonly Uint8Array[];
  /** The SHA-256 the client says the content has. */
  readonly oid: string | undefined;
}

/** The files of a shard. What it says of xorbs is passed over: the hub has read them itself. @throws `xet.shard_invalid` */
export async function readShard(bytes: AsyncIterable<Uint8Array>): Promise<readonly ShardFile[]> {
  const parser = createParser();
  let rest: Uint8Array = new Uint8Array(0);
  let total = 0;
  for await (const piece of bytes) {
    total += piece.byteLength;
    if (total > MOST_SHARD_BYTES) throw shardInvalid(`it has more than ${MOST_SHARD_BYTES} bytes`);
    const joined: Uint8Array = rest.byteLength === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    for (; joined.byteLength - at >= ENTRY_BYTES; at += ENTRY_BYTES) parser.take(joined.subarray(at, at + ENTRY_BYTES));
    rest = joined.subarray(at);
  }
  return parser.end();
}

/** What the next entry is. `done` is what follows the xorbs: the footer some clients send. */
type Expected = "header" | "file" | "term" | "proof" | "metadata" | "xorb" | "chunk" | "done";

interface OpenFile {
  readonly hash: string;
  readonly flags: number;
  readonly count: number;
  readonly terms: ShardTerm[];
  readonly proofs: Uint8Array[];
}

function createParser(): { take(entry: Uint8Array): void; end(): readonly ShardFile[] } {
  const files: ShardFile[] = [];
  let expected: Expected = "header";
  let open: OpenFile | undefined;
  let remaining = 0;
  let terms = 0;

  const nextOf = (file: OpenFile, after: "file" | "term" | "proof"): Expected => {
    if (after === "file" && file.count > 0) return "term";
    if (after !== "proof" && file.count > 0 && (file.flags & FLAG_VERIFICATION) !== 0) return "proof";
    return (file.flags & FLAG_METADATA) !== 0 ? "metadata" : "file";
  };
  const advance = (file: OpenFile, after: "file" | "term" | "proof") => {
    expected = nextOf(file, after);
    remaining = file.count;
    if (expected === "file") close(file, undefined);
  };
  const close = (file: OpenFile, oid: string | undefined) => {
    files.push({ hash: file.hash, terms: file.terms, proofs: file.proofs, oid });
    expected = "file";
  };

  return {
    take(entry) {
      const view = new DataView(entry.buffer, entry.byteOffset, ENTRY_BYTES);
      const hash = entry.subarray(0, HASH_BYTES);
      const word = (index: number) => view.getUint32(HASH_BYTES + 4 * index, true);
      if (expected === "header") {
        if (Buffer.compare(hash, TAG) !== 0) throw shardInvalid("it does not begin as one");
        if (view.getBigUint64(HASH_BYTES, true) !== BigInt(VERSION)) throw shardInvalid(`it is of version ${view.getBigUint64(HASH_BYTES, true)}, known is ${VERSION}`);
        expected = "file";
      } else if (expected === "file") {
        if (isBookend(hash)) expected = "xorb";
        else {
          open = { hash: hexOfHash(hash), flags: word(0), count: word(1), terms: [], proofs: [] };
          advance(open, "file");
        }
      } else if (expected === "term") {
        terms += 1;
        if (terms > MOST_TERMS) throw shardInvalid(`its files have more than ${MOST_TERMS} terms`);
        open!.terms.push({ xorb: hexOfHash(hash), sizeBytes: word(1), start: word(2), end: word(3) });
        remaining -= 1;
        if (remaining === 0) advance(open!, "term");
      } else if (expected === "proof") {
        open!.proofs.push(new Uint8Array(hash));
        remaining -= 1;
        if (remaining === 0) advance(open!, "proof");
      } else if (expected === "metadata") {
        close(open!, hexOfHash(hash));
      } else if (expected === "xorb") {
        if (isBookend(hash)) expected = "done";
        else {
          remaining = word(1);
          if (remaining > 0) expected = "chunk";
        }
      } else if (expected === "chunk") {
        remaining -= 1;
        if (remaining === 0) expected = "xorb";
      }
    },
    end() {
      if (expected !== "done") throw shardInvalid("it is cut off");
      return files;
    },
  };
}

function isBookend(hash: Uint8Array): boolean {
  return hash.every((byte) => byte === 0xff);
}
