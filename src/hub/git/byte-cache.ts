// Keeps what was read last, up to a number of bytes.
import type { GitObject } from "./object.ts";

export interface ByteCache {
  get(key: string): GitObject | undefined;
  set(key: string, object: GitObject): void;
}

/** An object above an eighth of the limit is not kept: one large file must not drive out all trees. */
export function createByteCache(limitBytes: number): ByteCache {
  const entries = new Map<string, GitObject>();
  const cost = (object: GitObject) => object.bytes.byteLength + 200;
  let held = 0;
  return {
    get(key) {
      const object = entries.get(key);
      if (object === undefined) return undefined;
      entries.delete(key);
      entries.set(key, object);
      return object;
    },
    set(key, object) {
      if (cost(object) > limitBytes / 8 || entries.has(key)) return;
      entries.set(key, object);
      held += cost(object);
      for (const [oldest, { bytes }] of entries) {
        if (held <= limitBytes) return;
        entries.delete(oldest);
        held -= bytes.byteLength + 200;
      }
    },
  };
}
