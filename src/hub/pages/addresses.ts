// Where the pages of a repository are. Every part is encoded, so that no name can leave its place.
import { pathPrefix, type RepositoryKind } from "../kind.ts";

export interface RepositoryName {
  readonly kind: RepositoryKind;
  /** `owner/name` */
  readonly id: string;
}

export type PageKind = "tree" | "blob" | "resolve" | "commits" | "commit" | "lineage" | "discussions";

/** `/datasets/owner/name/tree/main/data`; the repository itself without `page`. */
export function addressOf({ kind, id }: RepositoryName, page?: PageKind, ...parts: readonly (string | number)[]): string {
  const words = [...id.split("/"), ...(page === undefined ? [] : [page]), ...parts.flatMap((part) => String(part).split("/"))];
  return `${pathPrefix(kind)}/${words.filter((word) => word !== "").map(encodeURIComponent).join("/")}`;
}
