// Append-only line files: a line is whole or it is the last, broken one, which the next append closes with a newline.
import { closeSync, createReadStream, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { openFile } from "./read.ts";

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

/** Streams the lines of a UTF-8 file (LF or CRLF; a byte-order mark is dropped), never holding more than one chunk. @throws `files.missing` */
export async function* streamLines(path: string): AsyncGenerator<Line> {
  openFile(path).close();
  const decoder = new TextDecoder("utf-8");
  let number = 0;
  let rest = "";
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const pieces = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
    rest = pieces.pop() ?? "";
    for (const piece of pieces) yield { number: ++number, text: piece.endsWith("\r") ? piece.slice(0, -1) : piece };
  }
  rest += decoder.decode();
  if (rest !== "") yield { number: ++number, text: rest };
}
