// Names of files are bytes to git and text to everybody else. Bytes that are not UTF-8 become lone surrogates U+DC80–U+DCFF, as PEP 383
// ("surrogateescape") proposed, so that a name read and written again is the same bytes.
import { pathInvalid } from "./errors.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function decodeFileName(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeWithEscapes(bytes);
  }
}

export function encodeFileName(name: string): Uint8Array {
  return /[\ud800-\udfff]/u.test(name) ? encodeWithEscapes(name) : Buffer.from(name, "utf8");
}

/** What checks of macOS and Windows see through when they look for `.git` (CVE-2014-9390). */
const IGNORED_BY_FILE_SYSTEMS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const DOT_GIT = /^(\.git|git~1)[. ]*(:.*)?$/i;

/** Why no tree may hold an entry of this name; undefined when it may. */
export function findNameFault(name: string): string | undefined {
  if (name === "") return "a part of it is empty";
  if (name === "." || name === "..") return `a part of it is "${name}"`;
  if (name.includes("/")) return "a slash is in a name";
  if (name.includes("\0")) return "a NUL is in it";
  if (DOT_GIT.test(name.replaceAll(IGNORED_BY_FILE_SYSTEMS, ""))) return "a part of it is git's own folder";
  return undefined;
}

const MAX_PATH_BYTES = 4096;
const MAX_NAME_BYTES = 255;
const MAX_DEPTH = 128;

/** The parts of a path that is about to be written. @throws `git.path_invalid` when it is absolute, leaves the repository, or is too long */
export function splitPath(path: string): readonly string[] {
  if (path.length > MAX_PATH_BYTES || encodeFileName(path).byteLength > MAX_PATH_BYTES) throw pathInvalid(path, `it is longer than ${MAX_PATH_BYTES} bytes`);
  const parts = path.split("/");
  if (parts.length > MAX_DEPTH) throw pathInvalid(path, `it has more than ${MAX_DEPTH} parts`);
  for (const part of parts) {
    const fault = findNameFault(part);
    if (fault !== undefined) throw pathInvalid(path, fault);
    if (encodeFileName(part).byteLength > MAX_NAME_BYTES) throw pathInvalid(path, `a part of it is longer than ${MAX_NAME_BYTES} bytes`);
  }
  return parts;
}

/** Whole characters where the bytes are UTF-8, one surrogate a byte where they are not. */
function decodeWithEscapes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.byteLength; ) {
    const length = characterLength(bytes, at);
    if (length > 0) text += strict.decode(bytes.subarray(at, at + length));
    else text += String.fromCharCode(0xdc00 + bytes[at]!);
    at += Math.max(1, length);
  }
  return text;
}

function characterLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.byteLength; length++) {
    try {
      strict.decode(bytes.subarray(at, at + length));
      return length;
    } catch {
      // One byte more may complete the character.
    }
  }
  return 0;
}

function encodeWithEscapes(name: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const character of name) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(Uint8Array.of(code - 0xdc00));
    else if (code >= 0xd800 && code <= 0xdfff) throw pathInvalid(name, "it holds half of a character");
    else parts.push(Buffer.from(character, "utf8"));
  }
  return Buffer.concat(parts);
}
