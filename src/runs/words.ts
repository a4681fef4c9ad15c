// What may stand in a name: `[A-Za-z0-9._-]`, no more of it than is bearable. Paths, shells and the Hub take such a name as it is.
import { sha256 } from "../files/index.ts";

const HASH_LENGTH = 8;

/** Accents are dropped, every other run of forbidden characters becomes one `_`; none of `.-_` at either end. */
export function sanitise(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^[.\-_]+/, "")
    .replace(/[.\-_]+$/, "");
}

/** A word of at most `limit` characters: a longer one is cut and ends in `_` and eight hex digits of its SHA-256, so that two long words stay two. */
export function shorten(word: string, limit: number): string {
  if (word.length <= limit) return word;
  return `${word.slice(0, limit - HASH_LENGTH - 1).replace(/[.\-_]+$/, "")}_${shortHash(word)}`;
}

export function shortHash(word: string): string {
  return sha256(word).slice(0, HASH_LENGTH);
}
