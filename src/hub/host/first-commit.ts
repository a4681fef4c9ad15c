import { editTree, type TreeChange } from "../git/edit-tree.ts";
import { splitPath } from "../git/file-name.ts";
import { walkObjects } from "../git/reachable.ts";
import type { GitStore } from "../git/store.ts";
import { writeCommit, type Author } from "./commit.ts";
import { newAttributes } from "./gitattributes.ts";
import type { Host } from "./host.ts";

export interface FirstCommit {
  readonly kind: "model" | "dataset" | "space";
  readonly author: Author;
  /** Beside .gitattributes. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** What a README is headed by, if none came with the wish and there is something to say. */
  readonly head: { readonly license?: string | undefined; readonly title?: string | undefined; readonly sdk?: string | undefined };
}

/** A text that YAML takes for one without quotes. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][\w.-]*$/i;

/** What a new repository begins with: what is a large file, and what came with the wish. @throws `git.path_invalid` */
export function writeFirstCommit({ now }: Host, git: GitStore, { kind, author, files, head }: FirstCommit): void {
  const lines = Object.entries(head).flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${PLAIN.test(value) ? value : JSON.stringify(value)}\n`));
  const readme = lines.length === 0 || files.some(({ path }) => path === "README.md") ? [] : [{ path: "README.md", bytes: Buffer.from(`---\n${lines.join("")}---\n`) }];
  const all = [{ path: ".gitattributes", bytes: Buffer.from(newAttributes(kind)) }, ...readme, ...files];
  const changes = all.map(({ path, bytes }): TreeChange => {
    splitPath(path);
    return { path, id: git.writeObject("blob", bytes) };
  });
  const commit = writeCommit(git, { tree: editTree(git, undefined, changes), parents: [], message: "initial commit", author, seconds: Math.floor(now().getTime() / 1000) });
  git.refs.update(git.head(), commit, undefined);
}

/** Branches and tags of another repository with all they stand on. Its large files are here already. */
export async function copyHistory(from: GitStore, to: GitStore): Promise<void> {
  const refs = from.refs.list().filter(({ name }) => /^refs\/(heads|tags|convert)\//.test(name));
  let count = 0;
  for (const { id } of walkObjects(from, refs.map((ref) => ref.id), [])) {
    const { type, bytes } = from.readObject(id);
    to.writeObject(type, bytes);
    count += 1;
    // Others are to be answered meanwhile.
    if (count % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  to.setHead(from.head());
  for (const { name, id } of refs) to.refs.update(name, id, undefined);
}
