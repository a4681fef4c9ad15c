// The storage clients talk to that cut files into chunks (content-addressed storage, CAS): what its routes do, without the routes.
// https://huggingface.co/docs/xet/api
//
// Files are not put together: they are read through their terms. That keeps once what many files have in common and needs no second copy
// while a client may still refer to the chunks; and as a xorb holds its chunks unpacked wherever packing saves little, a file of weights
// is read in a few large ranges, nearly as fast as a whole one.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createLargeFile, exists, setModified, type LargeFileWriter } from "../../files/index.ts";
import type { XetFile } from "../../records/index.ts";
import { diskFull, isDiskFull } from "../store/errors.ts";
import { uploadsPlace } from "../store/places.ts";
import { acceptFile } from "./accept-file.ts";
import { requireHash } from "./hash.ts";
import { xorbPlace } from "./places.ts";
import { readXorb } from "./read-xorb.ts";
import { readShard } from "./shard.ts";
import { storeXorb } from "./xorb-file.ts";

/** What is told while a shard is being checked. */
export type ShardEvent =
  | { readonly type: "validating"; readonly verifiedBytes: number; readonly totalBytes: number }
  | { readonly type: "accepted"; readonly files: readonly XetFile[] };

export interface XetStore {
  /** `POST /v1/xorbs/{prefix}/{hash}`. False when it was here already. @throws `xet.xorb_invalid`, `xet.hash_mismatch`, `large_file.disk_full` */
  putXorb(hash: string, bytes: AsyncIterable<Uint8Array>): Promise<boolean>;
  /**
   * `POST /v1/shards`, `POST /v2/shards`: tells every 256 MiB how far it is; the last event is `accepted`, and from then on the files are
   * read by their SHA-256 from the large files of the hub.
   * @throws `xet.shard_invalid`, `xet.xorb_missing`
   */
  putShard(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ShardEvent>;
}

export interface XetOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How a file is created. A test hands in a disk that is full. */
  readonly create?: (path: string) => Promise<LargeFileWriter>;
}

const EVENT_BYTES = 1 << 28;

/** Opens the Xet storage below the directory of a host; touches nothing. */
export function openXetStore(directory: string, { now, create = createLargeFile }: XetOptions): XetStore {
  return {
    async putXorb(hash, bytes) {
      const path = xorbPlace(directory, requireHash(hash));
      const isNew = !exists(path);
      try {
        await storeXorb(hash, readXorb(bytes), isNew ? { temporary: join(uploadsPlace(directory), `${randomUUID()}.tmp`), path, create } : undefined);
      } catch (cause) {
        throw isDiskFull(cause) ? diskFull(hash, cause) : cause;
      }
      // Clients believe for weeks that what they sent is here: the sweep counts from now.
      if (!isNew) setModified(path, now());
      return isNew;
    },
    async *putShard(bytes) {
      const files = await readShard(bytes);
      const totalBytes = files.reduce((sum, { terms }) => terms.reduce((inner, term) => inner + term.sizeBytes, sum), 0);
      const accepted: XetFile[] = [];
      let verifiedBytes = 0;
      let told = 0;
      for (const file of files) {
        const steps = acceptFile(directory, file);
        for (;;) {
          const step = await steps.next();
          if (step.done === true) {
            accepted.push(step.value);
            break;
          }
          verifiedBytes += step.value;
          if (verifiedBytes - told < EVENT_BYTES) continue;
          told = verifiedBytes;
          yield { type: "validating", verifiedBytes, totalBytes };
        }
      }
      yield { type: "accepted", files: accepted };
    },
  };
}
