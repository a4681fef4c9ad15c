// What publishing asks of a hub, in its own words: so few that a test can be one. Everything is read at a commit, so that nothing moves meanwhile.

export type RepositoryKind = "model" | "dataset";

export interface RemoteFile {
  readonly sizeBytes: number;
  /** SHA-1 of the git blob: of the pointer, for a large file. */
  readonly gitId: string;
  /** Of the content of a large file. */
  readonly sha256?: string;
}

export type FileSource = { readonly file: string } | { readonly bytes: Uint8Array };

export interface FileChange {
  readonly path: string;
  /** Absent: the file is deleted. */
  readonly source?: FileSource;
}

export interface CommitRequest {
  readonly kind: RepositoryKind;
  readonly id: string;
  /** The head that the changes were made for; undefined for a repository without a commit. */
  readonly parentCommit: string | undefined;
  readonly summary: string;
  readonly description?: string;
  readonly changes: readonly FileChange[];
}

export interface HubPort {
  readonly endpoint: string;
  /** One that is there already is fine and stays as it is. */
  createRepository(kind: RepositoryKind, id: string, options: { readonly private: boolean }): Promise<void>;
  /** The commit of `main`; undefined when there is no such repository, or nothing in it. */
  head(kind: RepositoryKind, id: string): Promise<string | undefined>;
  files(kind: RepositoryKind, id: string, commit: string): Promise<ReadonlyMap<string, RemoteFile>>;
  read(kind: RepositoryKind, id: string, commit: string, path: string): Promise<Uint8Array>;
  /** Adds to `main`. @returns the new commit @throws `hub.commit_conflict` when its head is another than `parentCommit` */
  commit(request: CommitRequest): Promise<string>;
  /** Tag → the commit it leads to, through annotated tags. Empty when there is no such repository. */
  tags(kind: RepositoryKind, id: string): Promise<ReadonlyMap<string, string>>;
  /** One that is there already is left as it is. */
  createTag(kind: RepositoryKind, id: string, tag: { readonly name: string; readonly commit: string; readonly message: string }): Promise<void>;
}

/** A hub that may be asked in vain: what {@link HubPort} throws when somebody else committed first. */
export const COMMIT_CONFLICT = "hub.commit_conflict";
