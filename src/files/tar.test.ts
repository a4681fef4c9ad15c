import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTarReader, encodeTarHeader, TAR_END, tarPadding, type TarEntry } from "./tar.ts";

const file = (path: string, sizeBytes = 0): TarEntry => ({ path, kind: "file", sizeBytes, modifiedMs: 1_760_000_000_000 });

describe("a tar", () => {
  it("reads back as what was written, whatever the names, sizes and pieces", async () => {
    const part = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom("a", "B", "0", "-", "_", ".", " ", "ä", "漢", "🙂") }).filter((name) => name !== "." && name !== "..");
    const entries = fc.array(fc.record({ path: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")), content: fc.uint8Array({ maxLength: 1200 }), modifiedMs: fc.nat(2 ** 31) }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: 1500 }), async (given, pieceBytes) => {
        const written = given.map(({ path, content, modifiedMs }) => ({ entry: { path, kind: "file" as const, sizeBytes: content.byteLength, modifiedMs }, content }));
        const bytes = Buffer.concat([...written.flatMap(({ entry, content }) => [encodeTarHeader(entry), content, tarPadding(content.byteLength)]), TAR_END]);
        expect(await readAll(bytes, pieceBytes)).toEqual(written.map(({ entry, content }) => ({ entry, content: Buffer.from(content) })));
      }),
      { numRuns: 30 },
    );
  });

  it("keeps directories, second names and sizes past 8 GiB", async () => {
    const entries: readonly TarEntry[] = [
      { path: "empty", kind: "directory", sizeBytes: 0, modifiedMs: 0 },
      { path: "last/adapter", kind: "same", sizeBytes: 0, modifiedMs: 0, target: `${"long/".repeat(30)}adapter` },
      { ...file("large"), sizeBytes: 9 * 2 ** 30 },
    ];
    const reader = createTarReader(pieces(Buffer.concat(entries.map(encodeTarHeader)), 512), "x.tar");
    for (const entry of entries) expect(await reader.next()).toEqual(entry);
  });

  it.each(["../up", "a/../../up", "/etc/passwd", "a//b", "./a", "C:/windows", "a\\b", "a\nb", "", "..\u0000"])("refuses the path %j", async (path) => {
    await expect(readAll(Buffer.concat([encodeTarHeader(file(path)), TAR_END]), 512)).rejects.toMatchObject({ code: "files.tar_refused" });
    const second: TarEntry = { path: "fine", kind: "same", sizeBytes: 0, modifiedMs: 0, target: path };
    await expect(readAll(Buffer.concat([encodeTarHeader(second), TAR_END]), 512)).rejects.toMatchObject({ code: "files.tar_refused" });
  });

  it.each(["2", "3", "4", "6", "L", "g"])("refuses an entry of type %s: symbolic links, devices, pipes", async (type) => {
    const bytes = Buffer.concat([retype(encodeTarHeader(file("a")), type), TAR_END]);
    await expect(readAll(bytes, 512)).rejects.toThrow(`"a" is an entry of type "${type}", only files and directories are unpacked`);
  });

  it("refuses damage and a content that is cut off", async () => {
    const header = Buffer.from(encodeTarHeader(file("a", 3)));
    await expect(readAll(Buffer.concat([header, Buffer.from("ab")]), 512)).rejects.toThrow("it is cut off");
    header[0] = 0x62;
    await expect(readAll(header, 512)).rejects.toThrow("the checksum of a header is wrong");
  });
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += size) yield bytes.subarray(from, from + size);
}

async function readAll(bytes: Uint8Array, pieceBytes: number): Promise<readonly { readonly entry: TarEntry; readonly content: Buffer }[]> {
  const reader = createTarReader(pieces(bytes, pieceBytes), "x.tar");
  const found = [];
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
    const content: Uint8Array[] = [];
    for (let piece = await reader.read(); piece !== undefined; piece = await reader.read()) content.push(piece);
    found.push({ entry, content: Buffer.concat(content) });
  }
  return found;
}

/** The same header with another type, its checksum corrected. */
function retype(header: Uint8Array, type: string): Buffer {
  const block = Buffer.from(header);
  const sum = Number.parseInt(block.toString("latin1", 148, 154), 8) - block[156]! + type.charCodeAt(0);
  block.write(type, 156, "latin1");
  block.write(sum.toString(8).padStart(6, "0"), 148, "latin1");
  return block;
}
