import { pathPrefix, type RepositoryKind } from "../kind.ts";
import { requireRevision } from "../pull/reference.ts";
import { pathUnfit, repositoryIdUnfit, type Deed } from "./errors.ts";

/** One repository of a hub. */
export interface RepositoryAddress {
  readonly kind: RepositoryKind;
  /** `owner/name`. */
  readonly id: string;
}

/** `/api/models/alice/tiny` and what follows. @throws `hub.reference_invalid` */
export function apiPath({ kind, id }: RepositoryAddress, rest = ""): string {
  return `/api/${kind}s/${requireId(id)}${rest}`;
}

/** `/datasets/alice/rows` and what follows: pages, files, git. @throws `hub.reference_invalid` */
export function pagePath({ kind, id }: RepositoryAddress, rest = ""): string {
  return `${pathPrefix(kind)}/${requireId(id)}${rest}`;
}

/** One segment of a path: a branch `feat/x` is `feat%2Fx`. @throws `hub.revision_invalid` */
export function revisionPart(revision: string): string {
  requireRevision(revision);
  return encodeURIComponent(revision);
}

/** A file's path with its slashes kept. */
export function filePart(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

export function deedOf({ kind, id }: RepositoryAddress, endpoint: string, what: string, revision?: string): Deed {
  return { what, endpoint, kind, id, ...(revision !== undefined && { revision }) };
}

/** @throws `hub.path_unfit` */
export function requirePath(path: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isHostile = /[\u0000-\u001f\\]/.test(path) || path.split("/").some((part) => part === "" || part === "." || part === ".." || part === ".git");
  if (isHostile) throw pathUnfit(path);
}

function requireId(id: string): string {
  const fits = id.split("/").length === 2 && id.split("/").every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$/.test(part) && !part.includes(".."));
  if (!fits) throw repositoryIdUnfit(id);
  return id;
}
