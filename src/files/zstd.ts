// Zstandard (RFC 8878) as a row of frames of a few MiB each: memory stays bounded, and the `zstd` tool opens the file. Node's own zstd
// where it has one (22.15 and later), else the same library compiled to WebAssembly.
import * as zlib from "node:zlib";
import { setImmediate as nextTurn } from "node:timers/promises";
import { zstdDamaged } from "./errors.ts";
import { withFile, type FileReader } from "./read.ts";

/** Bytes of content in one frame. */
export const ZSTD_FRAME_BYTES = 1 << 22;
/** Frames that declare more content are refused before anything is decompressed. */
const MOST_FRAME_BYTES = 1 << 26;

/** One frame at a time. */
export interface Zstd {
  readonly source: "node" | "wasm";
  /** A frame that states its content's size. */
  compress(bytes: Uint8Array, level: number): Uint8Array;
  /** @throws RangeError or Error for a damaged frame, or one with more than `mostBytes` of content */
  decompress(frame: Uint8Array, mostBytes: number): Uint8Array;
}

interface NodeZstd {
  zstdCompressSync?(bytes: Uint8Array, options: { readonly pledgedSrcSize: number; readonly params: Readonly<Record<number, number>> }): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
  readonly constants: Readonly<Record<string, number>>;
}

/** Loads whichever zstd there is. `node` stands for the module `node:zlib`. */
export async function loadZstd(node: unknown = zlib): Promise<Zstd> {
  const { zstdCompressSync, zstdDecompressSync, constants } = node as NodeZstd;
  if (zstdCompressSync !== undefined && zstdDecompressSync !== undefined) {
    const parameter = constants["ZSTD_c_compressionLevel"] ?? 100;
    return {
      source: "node",
      compress: (bytes, level) => zstdCompressSync(bytes, { pledgedSrcSize: bytes.byteLength, params: { [parameter]: level } }),
      decompress: (frame, mostBytes) => zstdDecompressSync(frame, { maxOutputLength: Math.max(1, mostBytes) }),
    };
  }
  wasm ??= loadWasm();
  return wasm;
}

/** Loaded once: a second `init` of that package exchanges the memory under the first one's hands. */
let wasm: Promise<Zstd> | undefined;

async function loadWasm(): Promise<Zstd> {
  const { init, compress, decompress } = await import("@bokuweb/zstd-wasm");
  await init();
  return { source: "wasm", compress, decompress: (frame, mostBytes) => decompress(frame, { defaultHeapSize: mostBytes }) };
}

export interface ZstdWriter {
  /** Bytes handed in so far. */
  readonly contentBytes: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Writes what is left; an empty content becomes one empty frame. */
  end(): Promise<void>;
}

/** Compresses what is written into frames handed to `sink`. Level 1 (fast) to 19 (small), default 3. Gives way to other work after each frame. */
export function createZstdWriter(zstd: Zstd, sink: (frame: Uint8Array) => void, level = 3): ZstdWriter {
  const buffer = new Uint8Array(ZSTD_FRAME_BYTES);
  let filled = 0;
  let contentBytes = 0;
  let frames = 0;
  const flush = async () => {
    sink(zstd.compress(buffer.subarray(0, filled), level));
    frames += 1;
    filled = 0;
    await nextTurn();
  };
  return {
    get contentBytes() {
      return contentBytes;
    },
    async write(bytes) {
      for (let done = 0; done < bytes.byteLength; ) {
        const count = Math.min(buffer.byteLength - filled, bytes.byteLength - done);
        buffer.set(bytes.subarray(done, done + count), filled);
        filled += count;
        done += count;
        contentBytes += count;
        if (filled === buffer.byteLength) await flush();
      }
    },
    async end() {
      if (filled > 0 || frames === 0) await flush();
    },
  };
}

/**
 * The content of a `.zst` file, frame by frame. Skippable frames are skipped.
 * @throws `files.zstd_damaged` for what is no zstd, cut off, or has a frame of more than 64 MiB; `files.missing`
 */
export async function* readZstd(zstd: Zstd, path: string): AsyncGenerator<Uint8Array> {
  const spans = withFile(path, (file) => [...frameSpans(file)]);
  for (const { offset, sizeBytes, contentBytes } of spans) {
    const frame = withFile(path, (file) => file.read(offset, sizeBytes));
    let content: Uint8Array;
    try {
      content = zstd.decompress(frame, contentBytes ?? MOST_FRAME_BYTES);
    } catch (cause) {
      throw zstdDamaged(path, `its frame at byte ${offset} cannot be decompressed`, cause);
    }
    if (contentBytes !== undefined && content.byteLength !== contentBytes) throw zstdDamaged(path, `its frame at byte ${offset} holds ${content.byteLength} bytes, it declares ${contentBytes}`);
    yield content;
    await nextTurn();
  }
}

interface FrameSpan {
  readonly offset: number;
  readonly sizeBytes: number;
  /** Undefined where the frame does not say. */
  readonly contentBytes: number | undefined;
}

/** Walks the headers of frames and blocks (RFC 8878, 3.1.1), which say where each frame ends without decompressing it. */
function* frameSpans(file: FileReader): Generator<FrameSpan> {
  const bytes = (offset: number, count: number): DataView => {
    if (offset + count > file.sizeBytes) throw zstdDamaged(file.path, `it ends at byte ${file.sizeBytes}, inside a frame`);
    return new DataView(file.read(offset, count).buffer);
  };
  for (let offset = 0; offset < file.sizeBytes; ) {
    const magic = bytes(offset, 4).getUint32(0, true);
    if (magic >>> 4 === SKIPPABLE) {
      offset += 8 + bytes(offset + 4, 4).getUint32(0, true);
      if (offset > file.sizeBytes) throw zstdDamaged(file.path, `it ends at byte ${file.sizeBytes}, inside a frame`);
      continue;
    }
    if (magic !== MAGIC) throw zstdDamaged(file.path, `at byte ${offset} there is no zstd frame`);
    const descriptor = bytes(offset + 4, 1).getUint8(0);
    const isSingle = (descriptor & 0x20) !== 0;
    const sizeField = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
    const before = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
    const contentBytes = readContentSize(bytes(offset + before, sizeField), sizeField);
    if ((contentBytes ?? 0) > MOST_FRAME_BYTES) throw zstdDamaged(file.path, `a frame declares ${contentBytes} bytes of content, at most ${MOST_FRAME_BYTES} are read`);
    let end = offset + before + sizeField;
    for (let isLast = false; !isLast; ) {
      const block = bytes(end, 3);
      const header = block.getUint16(0, true) | (block.getUint8(2) << 16);
      isLast = (header & 1) === 1;
      const kind = (header >>> 1) & 3;
      if (kind === 3) throw zstdDamaged(file.path, `its block at byte ${end} is of no known kind`);
      end += 3 + (kind === RUN_LENGTH ? 1 : header >>> 3);
    }
    end += (descriptor & 4) === 0 ? 0 : 4;
    if (end > file.sizeBytes) throw zstdDamaged(file.path, `it ends at byte ${file.sizeBytes}, inside a frame`);
    if (end - offset > 2 * MOST_FRAME_BYTES) throw zstdDamaged(file.path, `a frame has ${end - offset} bytes, at most ${2 * MOST_FRAME_BYTES} are read`);
    yield { offset, sizeBytes: end - offset, contentBytes };
    offset = end;
  }
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;
/** A block that repeats one byte. */
const RUN_LENGTH = 1;

/** Two bytes count from 256 (RFC 8878, 3.1.1.1.4). */
function readContentSize(view: DataView, width: number): number | undefined {
  if (width === 0) return undefined;
  if (width === 1) return view.getUint8(0);
  if (width === 2) return view.getUint16(0, true) + 256;
  return width === 4 ? view.getUint32(0, true) : Number(view.getBigUint64(0, true));
}
