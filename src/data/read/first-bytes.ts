// What a file is by its first bytes, where that is not what its name says. Sources: Unicode 15, 23.8 (byte order mark); APPNOTE.TXT 4.3.7;
// Git LFS, pointer specification.
import { openFile } from "../../files/index.ts";
import type { RecordReader } from "./record.ts";

const LOOKED_AT = 4096;
/** Text has none of these bytes; a damaged export may have a few. */
const MOST_ZEROS = 0.1;

const GZIP = "\x1f\x8b";
const LFS = "it is a pointer of Git LFS, not the file itself: fetch it with `git lfs pull`";
const OTHER_KINDS: readonly (readonly [marks: readonly string[], what: string])[] = [
  [["\xff\xfe", "\xfe\xff"], "it is UTF-16, needed is UTF-8: save it as UTF-8"],
  [["\x28\xb5\x2f\xfd"], "it is compressed by Zstandard: unpack it"],
  [["PK\x03\x04"], "it is a ZIP archive, or a workbook of a spreadsheet: unpack it, or export it as CSV"],
  [["PAR1"], "it is Parquet: let its name end in .parquet"],
  [["ARROW1"], "it is Arrow: let its name end in .arrow"],
  [["%PDF-"], "it is a PDF document"],
  [["<!doctype html", "<html"], "it is a web page, perhaps one that says why there is no file"],
];

/** A reader that says so where the file is plainly of another kind, instead of a fault in every row. */
export function lookFirst(read: RecordReader, isText: boolean): RecordReader {
  return async function* (path, faults, onRead) {
    const other = otherKind(path, isText);
    if (other === undefined) yield* read(path, faults, onRead);
    else faults.add({}, other);
  };
}

function otherKind(path: string, isText: boolean): string | undefined {
  const file = openFile(path);
  try {
    const bytes = file.read(0, Math.min(LOOKED_AT, file.sizeBytes));
    const start = Buffer.from(bytes).toString("latin1");
    if (start.startsWith("version https://git-lfs")) return LFS;
    // Compressed text is looked into as it is read.
    if (!isText || start.startsWith(GZIP)) return undefined;
    const first = start.trimStart().slice(0, 16).toLowerCase();
    const known = OTHER_KINDS.find(([marks]) => marks.some((mark) => start.startsWith(mark) || (mark.startsWith("<") && first.startsWith(mark))));
    if (known !== undefined) return known[1];
    const zeros = bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
    return zeros > bytes.length * MOST_ZEROS ? "it is no text in UTF-8: it is full of NUL bytes, as UTF-16 and binary files are" : undefined;
  } finally {
    file.close();
  }
}
