/** What a repository holds; its pages, its cache and its errors are named after it. */
export type RepositoryKind = "model" | "dataset" | "space";

/** What stands before an id in addresses of pages and files: nothing for a model. */
export function pathPrefix(kind: RepositoryKind): string {
  return kind === "model" ? "" : `/${kind}s`;
}
