// Keys of a server. The secret is shown once, when it is made; the file keeps its digest (src/records/api-keys.ts).
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { isFile, readJson, statFile, withLock, writeJson } from "../files/index.ts";
import { API_KEYS_SCHEMA_VERSION, apiKeysSchema, parseRecord, type ApiKey } from "../records/index.ts";
import { keyNameTaken, keyNotHeld } from "./errors.ts";

export interface NewKey {
  readonly name: string;
  readonly role: ApiKey["role"];
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** Adds a key and returns its secret, which is written nowhere. @throws `serving.key_name_taken`, `records.*` */
export async function addKey(path: string, { name, role, createdAt }: NewKey): Promise<string> {
  const secret = `tsk_${randomBytes(32).toString("base64url")}`;
  await change(path, (keys) => {
    if (keys.some((key) => key.name === name)) throw keyNameTaken(name);
    return [...keys, { name, role, sha256: digestOf(secret).toString("hex"), created_at: createdAt }];
  });
  return secret;
}

/** Takes a key back. @throws `serving.key_missing`, `records.*` */
export async function removeKey(path: string, name: string): Promise<void> {
  await change(path, (keys) => {
    if (!keys.some((key) => key.name === name)) throw keyNotHeld(name, path);
    return keys.filter((key) => key.name !== name);
  });
}

/** In the order in which they were made; none where there is no file. @throws `records.*` */
export function listKeys(path: string): readonly ApiKey[] {
  return isFile(path) ? parseRecord(apiKeysSchema, readJson(path), path).keys : [];
}

export interface KeyRing {
  /** Whether there has been a key since the ring was opened: from then on who has none is not let in, also when the last one is gone. */
  readonly asks: boolean;
  /** The key with that secret. What is changed in the file counts at once. */
  find(secret: string): ApiKey | undefined;
}

/** Reads the file now, and again whenever it has changed. A file that is gone leaves no key valid. @throws `records.*` */
export function openKeyRing(path: string): KeyRing {
  let keys = listKeys(path);
  let stamp = stampOf(path);
  let asks = keys.length > 0;
  const refresh = () => {
    const now = stampOf(path);
    if (now === stamp) return;
    keys = listKeys(path);
    asks ||= keys.length > 0;
    stamp = now;
  };
  return {
    get asks() {
      refresh();
      return asks;
    },
    find(secret) {
      refresh();
      const digest = digestOf(secret);
      return keys.filter(({ sha256 }) => timingSafeEqual(Buffer.from(sha256, "hex"), digest))[0];
    },
  };
}

function digestOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function stampOf(path: string): string {
  if (!isFile(path)) return "";
  const { sizeBytes, modifiedMs } = statFile(path);
  return `${sizeBytes} ${modifiedMs}`;
}

async function change(path: string, edit: (keys: readonly ApiKey[]) => readonly ApiKey[]): Promise<void> {
  await withLock(`${path}.lock`, () => writeJson(path, { schema_version: API_KEYS_SCHEMA_VERSION, keys: edit(listKeys(path)) }));
}
