import { datasetIdInvalid, fileNameUnsafe, referenceInvalid, revisionInvalid } from "../errors.ts";

/** A model on the Hub, or one GGUF file of it. */
export interface ModelReference {
  /** `owner/name`. */
  readonly id: string;
  /** The path of a `.gguf` file in the repository, if one is asked for. */
  readonly file?: string;
}

const PART = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;

/** Reads `owner/name` or `owner/name:file.gguf`. @throws `hub.reference_invalid` */
export function parseReference(text: string): ModelReference {
  const colon = text.indexOf(":");
  const id = colon === -1 ? text : text.slice(0, colon);
  const file = colon === -1 ? undefined : text.slice(colon + 1);
  const parts = id.split("/");
  const fits = parts.length === 2 && parts.every(isPart);
  if (!fits || (file !== undefined && !file.endsWith(".gguf"))) throw referenceInvalid(text);
  if (file !== undefined) requireSafeName(id, file);
  return { id, file };
}

/** Reads `owner/name`, or a `name` alone as the oldest datasets have it. @throws `hub.reference_invalid` */
export function parseDatasetId(text: string): string {
  const parts = text.split("/");
  if (parts.length > 2 || !parts.every(isPart)) throw datasetIdInvalid(text);
  return text;
}

/** @throws `hub.revision_invalid` for what could not be a git name, or would leave its folder */
export function requireRevision(revision: string): void {
  const parts = revision.split("/");
  const fits = /^[\w./+@-]{1,200}$/.test(revision) && !revision.includes("..") && parts.every((part) => part !== "" && part !== "." && !part.endsWith(".lock"));
  if (!fits) throw revisionInvalid(revision);
}

/** @throws `hub.file_name_unsafe` for a name that would be written outside its folder on any system */
export function requireSafeName(id: string, name: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const hostile = /[\u0000-\u001f\\:]/.test(name) || name.split("/").some((part) => part === "" || part === "." || part === "..");
  if (hostile) throw fileNameUnsafe(id, name);
}

function isPart(part: string): boolean {
  return PART.test(part) && !part.includes("..") && !part.includes("--");
}
