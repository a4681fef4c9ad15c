// A bare git repository in git's own layout: what is written here git reads, and what git writes here, packed or not, is read.
import { join } from "node:path";
import { ensureDirectory, isDirectory, isFile, makeDurableDirectory, readSmallText, tryCreateFile, writeFileAtomic } from "../../files/index.ts";
import { createByteCache } from "./byte-cache.ts";
import { objectDamaged, objectMissing, objectTooLarge, storeMissing, storeTaken, storeUnsupported } from "./errors.ts";
import { hasLoose, listLoose, readLoose, readLooseFacts, writeLoose, type ObjectFacts } from "./loose.ts";
import { EMPTY_TREE, hashObject, isObjectId, MAX_OBJECT_BYTES, type GitObject, type ObjectType, type SentObject } from "./object.ts";
import { openPacks } from "./packs.ts";
import { openRefs, readHead, writeHead, type Refs } from "./refs.ts";

export interface GitStore {
  readonly directory: string;
  /** The whole object, its id verified. @throws `git.object_missing`, `git.object_damaged`, `git.object_too_large` */
  readObject(id: string): GitObject;
  /** As {@link GitStore.readObject}, for a pack: what is pressed already is not pressed again. */
  readToSend(id: string): SentObject;
  hasObject(id: string): boolean;
  /** In bytes, out of the header alone. @throws `git.object_missing` */
  objectSize(id: string): number;
  /** @throws `git.object_missing` */
  objectType(id: string): ObjectType;
  /** The ids that begin with at least 4 hex digits, sorted. */
  findObjects(prefix: string): readonly string[];
  /** Writes an object if it is not there; on return it survives a power cut. @throws `git.object_too_large` */
  writeObject(type: ObjectType, bytes: Uint8Array): string;
  readonly refs: Refs;
  /** The branch that HEAD stands for, born or not: `refs/heads/main`. */
  head(): string;
  setHead(name: string): void;
}

const CACHE_BYTES = 16 * 2 ** 20;
const KNOWN_FACTS = 50_000;

/** Opens a bare repository. Reads and writes go to disk at once: several stores may stand open on one repository. @throws `git.store_missing`, `git.store_unsupported` */
export function openGitStore(directory: string): GitStore {
  if (!isFile(join(directory, "HEAD")) || !isDirectory(join(directory, "objects")) || !isDirectory(join(directory, "refs"))) throw storeMissing(directory);
  requirePlainFormat(directory);
  const objects = createByteCache(CACHE_BYTES);
  const loose = (id: string): GitObject | undefined => (hasLoose(directory, id) ? orNothing(() => readLoose(directory, id)) : undefined);
  const packs = openPacks(directory, createByteCache(CACHE_BYTES), loose);
  const factsOf = (id: string): ObjectFacts | undefined => {
    if (!isObjectId(id)) return undefined;
    const cached = objects.get(id);
    if (cached !== undefined) return { type: cached.type, sizeBytes: cached.bytes.byteLength };
    return (hasLoose(directory, id) ? orNothing(() => readLooseFacts(directory, id)) : undefined) ?? packs.facts(id) ?? emptyTreeFacts(id);
  };
  const known = new Map<string, ObjectFacts>();
  const requireFacts = (id: string): ObjectFacts => {
    const facts = known.get(id) ?? factsOf(id);
    if (facts === undefined) throw objectMissing(id);
    // Listings ask for the same files again and again, and an id never changes what it stands for.
    if (known.size >= KNOWN_FACTS) known.clear();
    known.set(id, facts);
    return facts;
  };
  const readWith = (id: string, readPacked: (id: string) => SentObject | undefined): SentObject => {
    if (!isObjectId(id)) throw objectMissing(id);
    const cached = objects.get(id);
    if (cached !== undefined) return cached;
    const object = loose(id) ?? readPacked(id) ?? (id === EMPTY_TREE ? { type: "tree", bytes: new Uint8Array(0) } : undefined);
    if (object === undefined) throw objectMissing(id);
    if (hashObject(object.type, object.bytes) !== id) throw objectDamaged(id, "its bytes have another id");
    return object;
  };
  return {
    directory,
    readObject(id) {
      const object = readWith(id, packs.read);
      objects.set(id, object);
      return object;
    },
    readToSend: (id) => readWith(id, packs.readToSend),
    hasObject: (id) => isObjectId(id) && (hasLoose(directory, id) || packs.has(id) || id === EMPTY_TREE),
    objectSize: (id) => requireFacts(id).sizeBytes,
    objectType: (id) => requireFacts(id).type,
    findObjects(prefix) {
      if (!/^[0-9a-f]{4,40}$/.test(prefix)) return [];
      return [...new Set([...listLoose(directory, prefix), ...packs.list(prefix)])].sort();
    },
    writeObject(type, bytes) {
      const id = hashObject(type, bytes);
      if (bytes.byteLength > MAX_OBJECT_BYTES) throw objectTooLarge(id, bytes.byteLength, MAX_OBJECT_BYTES);
      if (!hasLoose(directory, id) && !packs.has(id)) writeLoose(directory, id, type, bytes);
      return id;
    },
    refs: openRefs(directory, factsOf),
    head: () => readHead(directory),
    setHead: (name) => writeHead(directory, name),
  };
}

/** Makes an empty bare repository whose HEAD is `refs/heads/main`. @throws `git.store_taken` */
export function createGitStore(directory: string): GitStore {
  const head = join(directory, "HEAD");
  if (isFile(head)) throw storeTaken(directory);
  makeDurableDirectory(directory);
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "refs/tags"]) ensureDirectory(join(directory, folder));
  writeFileAtomic(join(directory, "config"), "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n");
  tryCreateFile(join(directory, "description"), "Unnamed repository\n");
  // Without it the folder is no repository, so it comes last; flushing it flushes the names of all others beside it.
  writeFileAtomic(head, "ref: refs/heads/main\n");
  return openGitStore(directory);
}

/** Other hashes and other ways to keep references announce themselves in config (git, Documentation/technical/repository-version). */
function requirePlainFormat(directory: string): void {
  const config = readSmallText(join(directory, "config"), 1 << 20);
  const text = "text" in config ? config.text : "";
  if (/^\s*objectformat\s*=\s*(?!sha1\s*$)\S/im.test(text)) throw storeUnsupported(directory, "its ids are not SHA-1");
  if (/^\s*refstorage\s*=\s*(?!files\s*$)\S/im.test(text)) throw storeUnsupported(directory, "its references are not kept as files");
}

/** Everybody knows the empty tree, also who never wrote it. */
function emptyTreeFacts(id: string): ObjectFacts | undefined {
  return id === EMPTY_TREE ? { type: "tree", sizeBytes: 0 } : undefined;
}

/** git may pack a loose object and delete its file while we look. */
function orNothing<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (cause) {
    if ((cause as { code?: string }).code === "files.missing") return undefined;
    throw cause;
  }
}
