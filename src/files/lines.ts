// Append-only line files: a line is whole or it is the last, broken one, which the next append closes with a newline.
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { fileUnreadable } from "./errors.ts";
import { streamText } from "./pieces.ts";

/** Appends one line and flushes it to disk. Creates the file and its directories. */
export function appendLine(path: string, line: string): void {
  if (line.includes("\n")) throw new SyntaxError(`Cannot append to ${path}: a line must not contain a newline`);
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, "a+");
  try {
    const { size } = fstatSync(descriptor);
    const last = Buffer.alloc(1);
    const torn = size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 10;
    writeSync(descriptor, `${torn ? "\n" : ""}${line}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** One line of a file. `number` is 1-based; `offset` is its first byte. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** A line longer than this is no line of ours; reading on would fill the memory. In UTF-16 units. */
const LONGEST_LINE = 256 << 20;

/**
 * Streams the lines of a UTF-8 file (LF or CRLF; a byte-order mark is dropped; what gzip compressed is unpacked), never holding more than one piece and one line.
 * @param onRead told how many more bytes of the file were read
 * @throws `files.missing`, `files.unreadable` at a line of more than `longest` UTF-16 units
 */
export async function* streamLines(path: string, longest = LONGEST_LINE, onRead?: (bytes: number) => void): AsyncGenerator<Line> {
  let number = 0;
  let rest = "";
  for await (const text of streamText(path, onRead)) {
    if (!text.includes("\n")) {
      rest += text;
      if (rest.length > longest) throw fileUnreadable(path, new RangeError(`line ${number + 1} is longer than ${longest} characters`));
      continue;
    }
    const pieces = (rest + text).split("\n");
    rest = pieces.pop() ?? "";
    for (const piece of pieces) yield { number: ++number, text: piece.endsWith("\r") ? piece.slice(0, -1) : piece };
  }
  if (rest !== "") yield { number: ++number, text: rest };
}
