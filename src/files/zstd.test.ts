import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFileAtomic } from "./write.ts";
import { createZstdWriter, loadZstd, readZstd, ZSTD_FRAME_BYTES, type Zstd } from "./zstd.ts";

let folder: string;
let zstd: Zstd;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
  zstd = await loadZstd();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Printed by `zstd` 1.5 for these 29 characters, with a checksum behind the frame, and for 300 zeros. */
const FROM_THE_TOOL = "28b52ffd241d8500005074756e65736d6974682001004d0a1291ead0aa";
const ZEROS_FROM_THE_TOOL = "28b52ffd602c004d00001000000100272ac002";

describe("readZstd", () => {
  it("reads what it wrote, whatever the pieces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 6 }), async (pieces) => {
        expect(Buffer.concat(await unpack(pack(await compress(pieces))))).toEqual(Buffer.concat(pieces));
      }),
      { numRuns: 15 },
    );
  });

  it("cuts a long content into frames that are read one by one", async () => {
    const long = new Uint8Array(ZSTD_FRAME_BYTES + 5).fill(7);
    const frames = await unpack(pack(await compress([long.subarray(0, 10), long.subarray(10)])));
    expect(frames.map((frame) => frame.byteLength)).toEqual([ZSTD_FRAME_BYTES, 5]);
  });

  it("reads frames of the zstd tool, with a checksum, and skips what is to be skipped", async () => {
    const skippable = Buffer.from("502a4d180300000000ff00", "hex");
    const frames = await unpack(pack(Buffer.concat([Buffer.from(FROM_THE_TOOL, "hex"), skippable, Buffer.from(ZEROS_FROM_THE_TOOL, "hex")])));
    expect(Buffer.from(frames[0]!).toString()).toBe("tunesmith tunesmith tunesmith");
    expect(frames[1]).toEqual(new Uint8Array(300));
  });

  it("refuses what is no zstd, is cut off anywhere, or does not hold what it declares", async () => {
    await expect(unpack(pack(Buffer.from("PK\u0003\u0004 and more")))).rejects.toThrow("at byte 0 there is no zstd frame");
    const whole = await compress([Buffer.from("words ".repeat(50))]);
    for (let end = 1; end < whole.byteLength; end += 1) await expect(unpack(pack(whole.subarray(0, end)))).rejects.toMatchObject({ code: "files.zstd_damaged" });
    const lying = Buffer.from(FROM_THE_TOOL, "hex");
    lying[5] = 28;
    await expect(unpack(pack(lying))).rejects.toMatchObject({ code: "files.zstd_damaged" });
  });

  it("refuses a frame that declares a terabyte before it makes room for it", async () => {
    const bomb = Buffer.concat([Buffer.from("28b52ffde0", "hex"), Buffer.from(new BigUint64Array([2n ** 40n]).buffer), Buffer.from("010000", "hex")]);
    await expect(unpack(pack(bomb))).rejects.toThrow("a frame declares 1099511627776 bytes of content, at most 67108864 are read");
  });
});

describe("loadZstd", () => {
  it("takes Node's own zstd where there is one", async () => {
    const node = { zstdCompressSync: (bytes: Uint8Array) => bytes, zstdDecompressSync: (bytes: Uint8Array) => bytes, constants: {} };
    expect((await loadZstd(node)).source).toBe("node");
    expect((await loadZstd({ constants: {} })).source).toBe("wasm");
  });
});

async function compress(pieces: readonly Uint8Array[]): Promise<Buffer> {
  const frames: Uint8Array[] = [];
  const writer = createZstdWriter(zstd, (frame) => frames.push(frame));
  for (const piece of pieces) await writer.write(piece);
  await writer.end();
  return Buffer.concat(frames);
}

function pack(bytes: Uint8Array): string {
  const path = join(folder, "content.zst");
  writeFileAtomic(path, bytes);
  return path;
}

async function unpack(path: string): Promise<readonly Uint8Array[]> {
  const frames: Uint8Array[] = [];
  for await (const frame of readZstd(zstd, path)) frames.push(frame);
  return frames;
}
