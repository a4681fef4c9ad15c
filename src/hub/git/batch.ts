// Many objects written as one: nothing of them is found before all are on disk, and it takes a few flushes instead of two for each.
import { objectTooLarge } from "./errors.ts";
import { MAX_LOOSE_AT_ONCE } from "./keep-pack.ts";
import { hashObject, MAX_OBJECT_BYTES, type GitObject } from "./object.ts";
import { createPackSpool } from "./pack-spool.ts";
import type { GitStore } from "./store.ts";

/** A store that sees what was written to it and what it stands on. Its references are those of the store. */
export interface ObjectBatch extends GitStore {
  /** Makes the store have what was written, durably; then references may change. */
  publish(): void;
  /** Forgets what was not published. Harmless after `publish`. */
  discard(): void;
}

/** Opens a batch on a store. Always `discard` it in the end. */
export function openBatch(store: GitStore): ObjectBatch {
  const spool = createPackSpool(store.directory);
  const mine = (id: string): GitObject | undefined => spool.read(id);
  return {
    ...store,
    readObject: (id) => mine(id) ?? store.readObject(id),
    readToSend: (id) => mine(id) ?? store.readToSend(id),
    hasObject: (id) => spool.has(id) || store.hasObject(id),
    objectSize: (id) => mine(id)?.bytes.byteLength ?? store.objectSize(id),
    objectType: (id) => mine(id)?.type ?? store.objectType(id),
    writeObject(type, bytes) {
      const id = hashObject(type, bytes);
      if (bytes.byteLength > MAX_OBJECT_BYTES) throw objectTooLarge(id, bytes.byteLength, MAX_OBJECT_BYTES);
      return store.hasObject(id) ? id : spool.add(type, bytes);
    },
    publish() {
      if (spool.count > MAX_LOOSE_AT_ONCE) spool.keep();
      else for (const id of spool.ids()) store.writeObject(mine(id)!.type, mine(id)!.bytes);
      spool.remove();
    },
    discard: () => spool.remove(),
  };
}
