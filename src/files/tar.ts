// The part of the tar format that an archive of ours needs (POSIX.1-2017, pax interchange format): files, directories, and a second name of
// a file that came before. Everything else that a tar can hold, and every path that leads out of it, is refused.
import { tarRefused } from "./errors.ts";

const BLOCK = 512;
/** Two empty blocks close an archive. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

export interface TarEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly kind: "file" | "directory" | "same";
  /** 0 unless it is a file. */
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Of `same`: the file before it whose content this is (a hard link to tar). */
  readonly target?: string;
}

/** The header of an entry: pax records where a name or number does not fit the old fields. Its content follows, padded by {@link tarPadding}. */
export function encodeTarHeader(entry: TarEntry): Uint8Array {
  const records = Object.entries({
    path: fits(entry.path) ? undefined : entry.path,
    linkpath: entry.target === undefined || fits(entry.target) ? undefined : entry.target,
    size: entry.sizeBytes < 8 ** 11 ? undefined : String(entry.sizeBytes),
    mtime: Number.isInteger(entry.modifiedMs / 1000) ? undefined : (entry.modifiedMs / 1000).toFixed(3),
  }).flatMap(([key, value]) => (value === undefined ? [] : [paxRecord(key, value)]));
  const header = encodeBlock(entry, TYPES[entry.kind]);
  if (records.length === 0) return header;
  const body = Buffer.concat(records);
  const pax = encodeBlock({ path: "pax", kind: "file", sizeBytes: body.byteLength, modifiedMs: 0 }, "x");
  return Buffer.concat([pax, body, tarPadding(body.byteLength), header]);
}

/** Zeros from the end of a content of `sizeBytes` to the next block. */
export function tarPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array((BLOCK - (sizeBytes % BLOCK)) % BLOCK);
}

export interface TarReader {
  /** The next entry, after what was left unread of the one before; undefined at the end. */
  next(): Promise<TarEntry | undefined>;
  /** The next piece of the current entry's content; undefined at its end. */
  read(): Promise<Uint8Array | undefined>;
}

/**
 * Reads an archive from its bytes, never holding more than a piece of them.
 * @param path of the archive, for messages
 * @throws `files.tar_refused` for damage, for kinds of entries other than ours, and for paths that are absolute or lead outside
 */
export function createTarReader(pieces: AsyncIterable<Uint8Array>, path: string): TarReader {
  const source = pieces[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  let left = 0;
  let padding = 0;
  const some = async (most: number): Promise<Uint8Array> => {
    while (held.byteLength === 0) {
      const next = await source.next();
      if (next.done === true) throw tarRefused(path, "it is cut off");
      held = next.value;
    }
    const piece = held.subarray(0, most);
    held = held.subarray(piece.byteLength);
    return piece;
  };
  const exactly = async (count: number): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    for (let missing = count; missing > 0; missing -= parts.at(-1)!.byteLength) parts.push(await some(missing));
    return Buffer.concat(parts);
  };
  const read = async (): Promise<Uint8Array | undefined> => {
    if (left === 0) return undefined;
    const piece = await some(left);
    left -= piece.byteLength;
    return piece;
  };
  return {
    read,
    async next() {
      while ((await read()) !== undefined);
      await exactly(padding);
      padding = 0;
      let extra: Readonly<Record<string, string>> = {};
      for (;;) {
        const block = await exactly(BLOCK);
        if (block.every((byte) => byte === 0)) return undefined;
        const { type, ...fields } = decodeBlock(block, path);
        if (type === "x") {
          if (fields.sizeBytes > MOST_PAX_BYTES) throw tarRefused(path, `a pax header has ${fields.sizeBytes} bytes`);
          extra = parsePax(await exactly(fields.sizeBytes), path);
          await exactly(tarPadding(fields.sizeBytes).byteLength);
          continue;
        }
        const entry = completeEntry(type, fields, extra, path);
        left = entry.sizeBytes;
        padding = tarPadding(entry.sizeBytes).byteLength;
        return entry;
      }
    },
  };
}

const MOST_PAX_BYTES = 1 << 16;
const TYPES = { file: "0", same: "1", directory: "5" } as const;

interface BlockFields {
  readonly name: string;
  readonly linkName: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

function completeEntry(type: string, fields: BlockFields, extra: Readonly<Record<string, string>>, path: string): TarEntry {
  const kind = (Object.keys(TYPES) as (keyof typeof TYPES)[]).find((name) => TYPES[name] === type);
  const name = safePath((extra["path"] ?? fields.name).replace(kind === "directory" ? /\/$/ : /$^/, ""), path);
  if (kind === undefined) throw tarRefused(path, `${JSON.stringify(name)} is an entry of type ${JSON.stringify(type)}, only files and directories are unpacked`);
  const sizeBytes = kind === "file" ? Number(extra["size"] ?? fields.sizeBytes) : 0;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw tarRefused(path, `the size of ${JSON.stringify(name)} is ${extra["size"]}`);
  const modifiedMs = extra["mtime"] === undefined ? fields.modifiedMs : Math.round(1000 * Number(extra["mtime"]));
  const target = kind === "same" ? { target: safePath(extra["linkpath"] ?? fields.linkName, path) } : {};
  return { path: name, kind, sizeBytes, modifiedMs: Number.isFinite(modifiedMs) ? modifiedMs : 0, ...target };
}

/** Relative, no empty, `.` or `..` part, nothing a file system or a terminal could take for something else. */
function safePath(name: string, path: string): string {
  const parts = name.split("/");
  const isSafe = parts.every((part) => part !== "" && part !== "." && part !== "..") && !/[\p{Cc}\\]/u.test(name) && !/^[A-Za-z]:/.test(name);
  if (!isSafe) throw tarRefused(path, `it holds the path ${JSON.stringify(name)}, which does not lie inside it`);
  return name;
}

function fits(name: string): boolean {
  return name.length <= 100 && /^[\x20-\x7e]*$/.test(name);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const tail = Buffer.from(` ${key}=${value}\n`);
  let length = tail.byteLength + 1;
  while (String(length).length + tail.byteLength !== length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), tail]);
}

function parsePax(body: Buffer, path: string): Readonly<Record<string, string>> {
  const records: Record<string, string> = {};
  for (let offset = 0; offset < body.byteLength; ) {
    const space = body.indexOf(0x20, offset);
    const length = Number(body.toString("latin1", offset, Math.max(offset, space)));
    const [, key, value] = /^([^=]+)=([\s\S]*)\n$/.exec(body.toString("utf8", space + 1, offset + length)) ?? [];
    if (space < 0 || !(length > 0) || offset + length > body.byteLength || key === undefined || value === undefined) throw tarRefused(path, "a pax header is damaged");
    records[key] = value;
    offset += length;
  }
  return records;
}

/** Offsets of POSIX ustar: name 0, mode 100, uid 108, gid 116, size 124, mtime 136, checksum 148, type 156, link 157, magic 257. */
function encodeBlock(entry: TarEntry, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, digits: number) => block.write(value.toString(8).padStart(digits, "0"), offset, "latin1");
  const short = (name: string) => (fits(name) ? name : name.replaceAll(/[^\x20-\x7e]/g, "_").slice(-100));
  block.write(`${short(entry.path)}${entry.kind === "directory" && entry.path.length < 100 ? "/" : ""}`, 0, "latin1");
  octal(entry.kind === "directory" ? 0o755 : 0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(entry.sizeBytes < 8 ** 11 ? entry.sizeBytes : 0, 124, 11);
  octal(Math.max(0, Math.floor(entry.modifiedMs / 1000)), 136, 11);
  block.write(type, 156, "latin1");
  if (entry.target !== undefined) block.write(short(entry.target), 157, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  octal(checksum(block), 148, 6);
  block[154] = 0;
  block[155] = 0x20;
  return block;
}

function decodeBlock(block: Buffer, path: string): BlockFields & { readonly type: string } {
  const text = (offset: number, length: number) => block.toString("utf8", offset, offset + length).replace(/\0[\s\S]*$/, "");
  const octal = (offset: number, length: number) => Number.parseInt(text(offset, length).trim() || "0", 8);
  if (octal(148, 8) !== checksum(block)) throw tarRefused(path, "the checksum of a header is wrong");
  const prefix = text(257, 6).startsWith("ustar") ? text(345, 155) : "";
  const type = block[156] === 0 ? "0" : String.fromCharCode(block[156]!);
  return { type, name: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`, linkName: text(157, 100), sizeBytes: octal(124, 12), modifiedMs: 1000 * octal(136, 12) };
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}
