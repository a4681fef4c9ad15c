// What a person may hold in hand: a header of an answer, a digest, a file, a checkpoint, a run, a release, a tag of a repository.
export type Subject =
  | { readonly kind: "digest"; readonly digest: string }
  | { readonly kind: "tag"; readonly repository: string; readonly revision: string }
  | { readonly kind: "name"; readonly name: string };

const HEADER = /^x-model-(?:digest|version|run|name)\s*[:=]\s*(.+)$/i;

/** Reads `x-model-digest: sha256:…`, `sha256:…`, hexadecimal digits (8 at least), `owner/name@v1.0`, `support@v1.2`, `v1.2`, an id or a path. */
export function parseSubject(text: string): Subject {
  const said = decode((HEADER.exec(text.trim())?.[1] ?? text).trim());
  const digest = /^(?:sha256:)?([0-9a-f]{8,64})$/i.exec(said)?.[1];
  if (digest !== undefined) return { kind: "digest", digest: digest.toLowerCase() };
  const [, repository, revision] = /^((?:datasets\/)?[\w.-]+\/[\w.-]+)@([\w./-]+)$/.exec(said) ?? [];
  if (repository !== undefined && revision !== undefined) return { kind: "tag", repository, revision };
  return { kind: "name", name: /^[^/\\]+@(v\d[\w.-]*)$/.exec(said)?.[1] ?? said };
}

/** Headers hold names as addresses hold them. */
function decode(text: string): string {
  try {
    return /%[0-9a-f]{2}/i.test(text) ? decodeURI(text) : text;
  } catch {
    return text;
  }
}
