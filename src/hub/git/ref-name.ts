// Which names a reference may have: the rules of git-check-ref-format(1), and limits of file systems.
import { refNameInvalid } from "./errors.ts";

const MAX_BYTES = 1000;
/** A lock adds ".lock" to the last part. */
const MAX_PART_BYTES = 250;

/** Why `name` (`refs/heads/main`) is no name of a reference; undefined when it is one. */
export function findRefNameFault(name: string): string | undefined {
  if (!name.startsWith("refs/")) return 'it does not begin with "refs/"';
  if (Buffer.byteLength(name) > MAX_BYTES) return `it is longer than ${MAX_BYTES} bytes`;
  const parts = name.split("/");
  if (parts.length < 3) return 'it has fewer than three parts, as in "refs/heads/main"';
  for (const part of parts) {
    if (part === "") return "a part of it is empty";
    if (part.startsWith(".")) return "a part of it begins with a dot";
    if (part.endsWith(".lock")) return 'a part of it ends with ".lock"';
    if (Buffer.byteLength(part) > MAX_PART_BYTES) return `a part of it is longer than ${MAX_PART_BYTES} bytes`;
  }
  if (name.includes("..")) return 'it holds ".."';
  if (name.includes("@{")) return 'it holds "@{"';
  if (name.endsWith(".")) return "it ends with a dot";
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name)) return "it holds a space, a control character or one of ~ ^ : ? * [ \\";
  if (/\p{Cs}/u.test(name)) return "it holds half of a character";
  if (/^refs\/(heads|tags)\/(-|HEAD$|@$)/.test(name)) return 'it is "HEAD" or "@", or begins with "-"';
  return undefined;
}

/** @throws `git.ref_name_invalid` */
export function checkRefName(name: string): void {
  const fault = findRefNameFault(name);
  if (fault !== undefined) throw refNameInvalid(name, fault);
}
