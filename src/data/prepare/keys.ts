import { DIGEST_BYTES } from "../encoded-row.ts";
import { KEY_BYTES } from "../split/units.ts";

/** The first bytes of digests. */
export function keysOfDigests(digests: Uint8Array): Uint8Array {
  const rows = digests.length / DIGEST_BYTES;
  const keys = new Uint8Array(rows * KEY_BYTES);
  for (let row = 0; row < rows; row++) keys.set(digests.subarray(row * DIGEST_BYTES, row * DIGEST_BYTES + KEY_BYTES), row * KEY_BYTES);
  return keys;
}
