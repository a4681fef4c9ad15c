// The packs of a repository, as `git gc` and `git push` leave them: found, looked up, and unpacked through their deltas.
import { join } from "node:path";
import { glance, scanDirectory, withFile, type FileReader } from "../../files/index.ts";
import type { ByteCache } from "./byte-cache.ts";
import { applyDelta, parseDeltaSizes } from "./delta.ts";
import { objectMissing, objectTooLarge, packDamaged } from "./errors.ts";
import type { ObjectFacts } from "./loose.ts";
import { MAX_OBJECT_BYTES, type GitObject, type SentObject } from "./object.ts";
import { inflateEntry, inflateEntryStart, readEntry } from "./pack-entry.ts";
import { openPackIndex, type PackIndex } from "./pack-index.ts";

/** git makes chains of at most 4095 deltas. */
const MAX_CHAIN = 4096;
const UNSETTLED_MS = 1000;

export interface Packs {
  has(id: string): boolean;
  /** undefined when no pack has it. @throws `git.pack_damaged`, `git.object_too_large` */
  read(id: string): GitObject | undefined;
  /** As {@link Packs.read}, with the stream it came from unless it is a delta. */
  readToSend(id: string): SentObject | undefined;
  facts(id: string): ObjectFacts | undefined;
  list(prefix: string): readonly string[];
}

interface Pack {
  readonly path: string;
  readonly index: PackIndex;
}

interface Place {
  readonly pack: Pack;
  readonly offset: number;
}

/** @param outside reads a base that is in no pack */
export function openPacks(directory: string, cache: ByteCache, outside: (id: string) => GitObject | undefined): Packs {
  const folder = join(directory, "objects", "pack");
  const known = new Map<string, Pack>();
  let seen: string | undefined;

  /** Packs come and go while we stand open: the folder is read again when it changed. */
  const refresh = (): boolean => {
    const now = glance(folder);
    const mark = now === undefined ? "" : `${now.inode} ${now.modifiedMs}`;
    if (mark === seen) return false;
    const entries = scanDirectory(folder);
    const names = new Set("refused" in entries ? [] : entries.map(({ name }) => name));
    for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    for (const name of names) {
      const packName = name.replace(/\.idx$/, ".pack");
      if (name.endsWith(".idx") && names.has(packName) && !known.has(name)) known.set(name, { path: join(folder, packName), index: openPackIndex(join(folder, name)) });
    }
    // A folder that just changed may change again without a newer time: the clocks of file systems tick every few milliseconds.
    seen = now !== undefined && Date.now() - now.modifiedMs < UNSETTLED_MS ? undefined : mark;
    return true;
  };
  const locate = (id: string): Place | undefined => {
    for (const [name, pack] of known) {
      const offset = orGone(() => pack.index.find(id));
      if (offset === "gone") known.delete(name);
      else if (offset !== undefined) return { pack, offset };
    }
    return undefined;
  };
  const find = (id: string): Place | undefined => locate(id) ?? (refresh() ? locate(id) : undefined);

  /** A pack that is deleted between lookup and reading was put together anew: its objects are in another. */
  const at = <T>(id: string, use: (file: FileReader, place: Place) => T): T | undefined => {
    for (let attempt = 0; attempt < 3; attempt++) {
      const place = find(id);
      if (place === undefined) return undefined;
      const result = orGone(() => withFile(place.pack.path, (file) => guard(place.pack.path, () => use(file, place))));
      if (result !== "gone") return result;
      known.clear();
      seen = undefined;
    }
    return undefined;
  };

  const readBase = (id: string, depth: number): GitObject => {
    const base = at(id, (file, place) => readAt(file, place, depth)) ?? outside(id);
    if (base === undefined) throw objectMissing(id);
    return base;
  };
  const readAt = (file: FileReader, { pack, offset }: Place, depth: number): GitObject => {
    const key = `${pack.path} ${offset}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    if (depth > MAX_CHAIN) throw new RangeError(`a chain of more than ${MAX_CHAIN} deltas leads to byte ${offset}`);
    const entry = readEntry(file, offset);
    if (entry.sizeBytes > MAX_OBJECT_BYTES) throw objectTooLarge(`at byte ${offset} of ${pack.path}`, entry.sizeBytes, MAX_OBJECT_BYTES);
    const { bytes } = inflateEntry(file, entry, MAX_OBJECT_BYTES);
    if (entry.kind === "whole") return keep(key, { type: entry.type, bytes });
    const base = entry.kind === "offset" ? readAt(file, { pack, offset: entry.base }, depth + 1) : readBase(entry.base, depth + 1);
    return keep(key, { type: base.type, bytes: applyDelta(base.bytes, bytes, MAX_OBJECT_BYTES) });
  };
  const keep = (key: string, object: GitObject): GitObject => {
    cache.set(key, object);
    return object;
  };

  const typeAt = (file: FileReader, offset: number): ObjectFacts["type"] => {
    for (let place = offset, depth = 0; depth <= MAX_CHAIN; depth++) {
      const entry = readEntry(file, place);
      if (entry.kind === "whole") return entry.type;
      if (entry.kind === "reference") return readBase(entry.base, depth).type;
      place = entry.base;
    }
    throw new RangeError(`a chain of more than ${MAX_CHAIN} deltas leads to byte ${offset}`);
  };

  return {
    has: (id) => find(id) !== undefined,
    read: (id) => at(id, (file, place) => readAt(file, place, 0)),
    readToSend: (id) =>
      at<SentObject>(id, (file, place) => {
        const entry = readEntry(file, place.offset);
        if (entry.kind !== "whole") return readAt(file, place, 0);
        const { bytes, end } = inflateEntry(file, entry, MAX_OBJECT_BYTES);
        return { type: entry.type, bytes, compressed: file.read(entry.start, end - entry.start) };
      }),
    facts: (id) =>
      at(id, (file, { offset }) => {
        const entry = readEntry(file, offset);
        if (entry.kind === "whole") return { type: entry.type, sizeBytes: entry.sizeBytes };
        return { type: typeAt(file, offset), sizeBytes: parseDeltaSizes(inflateEntryStart(file, entry)).resultBytes };
      }),
    list(prefix) {
      refresh();
      return [...known.values()].flatMap((pack) => pack.index.list(prefix));
    },
  };
}

/** What the bytes of a pack say wrongly names the pack. */
function guard<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (cause instanceof RangeError || code.startsWith("Z_")) throw packDamaged(path, (cause as Error).message, cause);
    throw cause;
  }
}

function orGone<T>(act: () => T): T | "gone" {
  try {
    return act();
  } catch (cause) {
    if ((cause as { code?: string }).code === "files.missing") return "gone";
    throw cause;
  }
}
