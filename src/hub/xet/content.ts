// A file that came by Xet, read through its terms: a range of the file is a few ranges of xorbs.
import type { XetFile } from "../../records/index.ts";
import type { Content } from "../store/content.ts";
import { lastAtOrBefore } from "../store/last-at-or-before.ts";
import { findXetFile, xorbPlace } from "./places.ts";
import { fileUnknown } from "./errors.ts";
import { openXorb, type XorbFile } from "./xorb-file.ts";

/** Xorbs a reader holds open: a file mostly goes on in the one it was in. */
const MOST_OPEN = 4;

/** @throws `xet.file_missing` */
export async function openXetContent(directory: string, hash: string): Promise<Content> {
  const file = findXetFile(directory, hash);
  if (file === undefined) throw fileUnknown(hash);
  return readTerms(directory, file);
}

/** Reads what the terms say, known to the hub or not yet. */
export function readTerms(directory: string, { terms, size_bytes: sizeBytes }: XetFile): Content {
  const starts = new Float64Array(terms.length + 1);
  terms.forEach((term, index) => (starts[index + 1] = starts[index]! + term.size_bytes));
  const xorbs = keepOpen(directory);
  return {
    sizeBytes,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > sizeBytes) throw new RangeError(`Cannot read bytes ${offset}..${offset + length} of a file of ${sizeBytes}`);
      const pieces: Uint8Array[] = [];
      for (let at = offset; at < offset + length; ) {
        const index = lastAtOrBefore(starts, at);
        const term = terms[index]!;
        const end = Math.min(offset + length, starts[index + 1]!);
        const piece = await xorbs.use(term.xorb, (xorb) => {
          const base = xorb.contentStart(term.start) - starts[index]!;
          return xorb.read(base + at, base + end);
        });
        pieces.push(piece);
        at = end;
      }
      return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    },
    close: () => xorbs.close(),
  };
}

/** The xorbs used last stay open; one that is being read is not closed. */
export function keepOpen(directory: string): { use<T>(hash: string, act: (xorb: XorbFile) => Promise<T>): Promise<T>; close(): Promise<void> } {
  interface Kept {
    readonly xorb: Promise<XorbFile>;
    users: number;
  }
  const open = new Map<string, Kept>();
  const closeOne = async ({ xorb }: Kept) => {
    await (await xorb.catch(() => undefined))?.close();
  };
  return {
    async use(hash, act) {
      const kept = open.get(hash) ?? { xorb: openXorb(xorbPlace(directory, hash)), users: 0 };
      open.delete(hash);
      open.set(hash, kept);
      kept.users += 1;
      try {
        return await act(await kept.xorb);
      } finally {
        kept.users -= 1;
        const idle = open.size > MOST_OPEN ? [...open].find(([, { users }]) => users === 0) : undefined;
        if (idle !== undefined) {
          open.delete(idle[0]);
          await closeOne(idle[1]);
        }
      }
    },
    async close() {
      await Promise.all([...open.values()].map(closeOne));
      open.clear();
    },
  };
}
