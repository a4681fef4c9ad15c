// A tree is a list of "<mode> <name>\0<20 bytes of id>", sorted by the bytes of the names, a folder as if its name ended in "/" (git,
// Documentation/gitformat and read-cache's base_name_compare).
import { objectInvalid, pathInvalid } from "./errors.ts";
import { decodeFileName, encodeFileName, findNameFault } from "./file-name.ts";
import { idAt, idBytes, isObjectId } from "./object.ts";

/** File, executable file, symbolic link, folder, submodule. */
export type TreeMode = "100644" | "100755" | "120000" | "40000" | "160000";

export interface TreeEntry {
  readonly mode: TreeMode;
  readonly name: string;
  readonly id: string;
}

const MODES: Readonly<Record<string, TreeMode>> = {
  "100644": "100644",
  "100755": "100755",
  "120000": "120000",
  "40000": "40000",
  "160000": "160000",
  // Written by early versions of git.
  "100664": "100644",
  "040000": "40000",
};

/** The bytes of a tree; entries may come in any order. @throws `git.path_invalid` for a name that no tree may hold or that comes twice */
export function encodeTree(entries: readonly TreeEntry[]): Uint8Array {
  const coded = entries.map((entry) => {
    const fault = findNameFault(entry.name);
    if (fault !== undefined) throw pathInvalid(entry.name, fault);
    if (!isObjectId(entry.id)) throw new TypeError(`Cannot encode a tree: ${entry.name} has the id ${entry.id}, needed are 40 hex digits`);
    return { entry, name: encodeFileName(entry.name), key: encodeFileName(entry.mode === "40000" ? `${entry.name}/` : entry.name) };
  });
  coded.sort((a, b) => Buffer.compare(a.key, b.key));
  const names = new Set<string>();
  for (const { entry } of coded) {
    if (names.has(entry.name)) throw pathInvalid(entry.name, "it comes twice in one folder");
    names.add(entry.name);
  }
  return Buffer.concat(coded.flatMap(({ entry, name }) => [Buffer.from(`${entry.mode} `, "latin1"), name, Buffer.of(0), idBytes(entry.id)]));
}

/** The entries in the order they stand in. @throws `git.object_invalid` when the bytes are no tree */
export function parseTree(bytes: Uint8Array): readonly TreeEntry[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: TreeEntry[] = [];
  for (let at = 0; at < view.length; ) {
    const space = view.indexOf(0x20, at);
    const end = space === -1 ? -1 : view.indexOf(0, space);
    if (space === -1 || space - at > 6 || end === -1 || end + 21 > view.length) throw objectInvalid("tree", `the entry at byte ${at} is cut off`);
    const mode = MODES[view.toString("latin1", at, space)];
    if (mode === undefined) throw objectInvalid("tree", `the entry at byte ${at} has an unknown mode`);
    entries.push({ mode, name: decodeFileName(view.subarray(space + 1, end)), id: idAt(view, end + 1) });
    at = end + 21;
  }
  return entries;
}

/** What git fsck asks of a tree that a client sends: names that may be checked out, in order, each once. @throws `git.object_invalid` */
export function checkTree(bytes: Uint8Array): void {
  let before: Uint8Array | undefined;
  const names = new Set<string>();
  for (const { mode, name } of parseTree(bytes)) {
    const fault = findNameFault(name);
    if (fault !== undefined) throw objectInvalid("tree", `the name ${JSON.stringify(name.slice(0, 100))} is not allowed: ${fault}`);
    const key = encodeFileName(mode === "40000" ? `${name}/` : name);
    if (names.has(name)) throw objectInvalid("tree", `the name ${JSON.stringify(name.slice(0, 100))} comes twice`);
    if (before !== undefined && Buffer.compare(before, key) > 0) throw objectInvalid("tree", "its entries are not sorted");
    names.add(name);
    before = key;
  }
}
