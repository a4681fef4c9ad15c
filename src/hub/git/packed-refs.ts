// References that git put together into one file: "<id> <name>" a line, "^<id>" what the tag before it stands for, "#" remarks.
import { join } from "node:path";
import { glance, readText, tryCreateFile, publish, removeFile } from "../../files/index.ts";
import { refDamaged, refLocked } from "./errors.ts";
import { isObjectId } from "./object.ts";
import { findRefNameFault } from "./ref-name.ts";

const MAX_BYTES = 256 * 2 ** 20;

export interface PackedRefs {
  /** Name to id, in the order of the file. */
  all(): ReadonlyMap<string, string>;
  /** Takes names out of the file under its own lock. */
  remove(names: readonly string[]): void;
}

export function openPackedRefs(directory: string): PackedRefs {
  const path = join(directory, "packed-refs");
  let seen = "";
  let held: ReadonlyMap<string, string> = new Map();
  const all = () => {
    const now = glance(path);
    const mark = now === undefined ? "" : `${now.inode} ${now.modifiedMs} ${now.sizeBytes}`;
    if (mark !== seen) {
      if ((now?.sizeBytes ?? 0) > MAX_BYTES) throw refDamaged("packed-refs", `the file has more than ${MAX_BYTES} bytes`);
      held = now === undefined ? new Map() : parse(readText(path));
      seen = mark;
    }
    return held;
  };
  return {
    all,
    remove(names) {
      if (!names.some((name) => all().has(name))) return;
      const lock = `${path}.lock`;
      if (!tryCreateFile(lock, "")) throw refLocked(names[0]!, lock);
      const temporary = `${path}.new`;
      try {
        const gone = new Set(names);
        removeFile(temporary);
        tryCreateFile(temporary, format(readText(path), gone));
        publish(temporary, path);
      } finally {
        removeFile(lock);
      }
    },
  };
}

function parse(text: string): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#") || line.startsWith("^")) continue;
    const [id, name] = [line.slice(0, 40), line.slice(41)];
    if (!isObjectId(id) || line[40] !== " ") throw refDamaged("packed-refs", "a line of the file has no id");
    if (findRefNameFault(name) === undefined) refs.set(name, id);
  }
  return refs;
}

/** The lines of a name go, and with them the "^" line that belongs to it; all else stays as it stands. */
function format(text: string, gone: ReadonlySet<string>): string {
  let keeps = true;
  return text
    .split("\n")
    .filter((line) => {
      if (!line.startsWith("^")) keeps = !gone.has(line.slice(41));
      return keeps;
    })
    .join("\n");
}
