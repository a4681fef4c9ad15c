import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeCheckpoints } from "../../../test/helpers/checkpoint-series.ts";
import { collect, inPieces, makeShard, makeXorb } from "../../../test/helpers/xet-upload.ts";
import { copy, isFile, setModified, sha256, withScratchDirectory } from "../../files/index.ts";
import { openXetStore } from "../xet/xet-store.ts";
import { compactSeries } from "./compact-series.ts";
import { openLargeFiles, type LargeFiles } from "./large-files.ts";
import { deltaPlace, wholePlace } from "./places.ts";

const NOW = 1_800_000_000_000;
const CHECKPOINTS = makeCheckpoints({ count: 12, dtype: "BF16", learningRate: 1e-5 });
const SERIES = CHECKPOINTS.map((bytes) => ({ oid: sha256(bytes) }));
const OIDS = SERIES.map(({ oid }) => oid);

async function withSeries(contents: readonly Uint8Array[], act: (files: LargeFiles, directory: string) => Promise<void>): Promise<void> {
  await withScratchDirectory(join(tmpdir(), `compact-series-${process.pid}`), async (directory) => {
    const files = openLargeFiles(directory, { now: () => NOW });
    for (const bytes of contents) await files.put(sha256(bytes), bytes.byteLength, inPieces(bytes));
    await act(files, directory);
  });
}

async function expectAllReadable(files: LargeFiles, contents: readonly Uint8Array[]): Promise<void> {
  for (const bytes of contents) expect(sha256(await collect(files.read(sha256(bytes))))).toBe(sha256(bytes));
}

describe("compactSeries", () => {
  it("keeps each as its difference to the next, every eighth and the newest whole", async () => {
    await withSeries(CHECKPOINTS, async (files) => {
      await compactSeries(files, SERIES);
      expect(OIDS.map((oid) => files.form(oid)!.kind).join(" ")).toBe("delta delta delta delta delta delta delta whole delta delta delta whole");
      expect(OIDS.map((oid) => files.form(oid)!.base ?? null)).toEqual([...OIDS.slice(1, 8), null, ...OIDS.slice(9), null]);
      for (const oid of OIDS.slice(0, 7)) expect(files.form(oid)!.storedBytes! / files.form(oid)!.sizeBytes).toBeLessThan(0.35);
      await expectAllReadable(files, CHECKPOINTS);
      expect([...files.list()].toSorted()).toEqual(OIDS.toSorted());
      expect((await compactSeries(files, SERIES)).map(({ result }) => (result.done ? "done" : result.reason))).toEqual(["delta", "delta", "delta", "delta", "delta", "delta", "delta", "depth", "delta", "delta", "delta"]);
    });
  });

  it("gives every range of every checkpoint bit by bit", async () => {
    const contents = makeCheckpoints({ count: 4, dtype: "F32", learningRate: 1e-4, rows: 1400 });
    await withSeries(contents, async (files) => {
      await compactSeries(files, contents.map((bytes) => ({ oid: sha256(bytes) })));
      expect(files.form(sha256(contents[0]!))!.kind).toBe("delta");
      await fc.assert(
        fc.asyncProperty(fc.nat(3), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), async (index, a, b) => {
          const bytes = contents[index]!;
          const [start, end] = [a, b].map((part) => Math.floor(part * bytes.byteLength)).toSorted((x, y) => x - y) as [number, number];
          expect(Buffer.compare(bytes.subarray(start, end), await collect(files.read(sha256(bytes), { start, end })))).toBe(0);
        }),
        { numRuns: 15 },
      );
    });
  });

  it("goes on where the series has grown, and shrinks nothing twice", async () => {
    await withSeries(CHECKPOINTS, async (files) => {
      for (let count = 2; count <= CHECKPOINTS.length; count += 1) await compactSeries(files, SERIES.slice(0, count));
      expect(OIDS.map((oid) => files.form(oid)!.kind).join(" ")).toBe("delta delta delta delta delta delta delta whole delta delta delta whole");
      await expectAllReadable(files, CHECKPOINTS);
    });
  });

  it("leaves alone what has nothing in common, what would not get small, and circles", async () => {
    const [noise, other] = [randomBytes(50_000), randomBytes(50_000)];
    const shorter = makeCheckpoints({ count: 1, dtype: "BF16", learningRate: 0, rows: 3 })[0]!;
    await withSeries([noise, other, CHECKPOINTS[0]!, CHECKPOINTS[1]!, shorter], async (files) => {
      const [first, second] = OIDS as [string, string];
      expect(await files.shrink(sha256(noise), sha256(other))).toEqual({ done: false, reason: "small" });
      expect(await files.shrink(first, sha256(shorter))).toEqual({ done: false, reason: "unlike" });
      expect(await files.shrink(first, OIDS[5]!)).toEqual({ done: false, reason: "missing" });
      expect(await files.shrink(first, first)).toEqual({ done: false, reason: "circle" });
      expect(await files.shrink(first, second)).toMatchObject({ done: true });
      expect(await files.shrink(second, first)).toEqual({ done: false, reason: "circle" });
      expect(await files.shrink(first, second)).toEqual({ done: false, reason: "delta" });
      await expectAllReadable(files, [noise, other, CHECKPOINTS[0]!, CHECKPOINTS[1]!, shorter]);
    });
  });

  it("shrinks files of no known format by their places when they have one size", async () => {
    const weights = Float32Array.from({ length: 30_000 }, (_, index) => Math.sin(index));
    const moved = weights.map((value, index) => value * (1 + 1e-6 * Math.cos(index)));
    const contents = [weights, moved].map((values) => Buffer.concat([Buffer.from("PK\u0003\u0004 archive/data.pkl "), new Uint8Array(values.buffer)]));
    await withSeries(contents, async (files) => {
      const result = await files.shrink(sha256(contents[0]!), sha256(contents[1]!));
      expect(result.done && result.storedBytes / result.sizeBytes).toBeLessThan(0.4);
      await expectAllReadable(files, contents);
    });
  });

  it("shrinks what came by Xet", async () => {
    const [older, newer] = CHECKPOINTS as [Uint8Array, Uint8Array];
    await withSeries([newer], async (files, directory) => {
      const store = openXetStore(directory, { now: () => NOW });
      const xorb = makeXorb([older]);
      await store.putXorb(xorb.hash, inPieces(xorb.bytes));
      for await (const event of store.putShard(inPieces(makeShard([{ terms: [{ xorb, start: 0, end: 1 }], sha256: sha256(older) }])))) expect(event.type).toBe("accepted");
      expect(files.form(sha256(older))!.kind).toBe("xet");
      await compactSeries(files, SERIES.slice(0, 2));
      expect(files.form(sha256(older))!.kind).toBe("delta");
      await expectAllReadable(files, [older, newer]);
    });
  });
});

describe("differences between large files", () => {
  it("lose nothing wherever the hub is killed", async () => {
    await withSeries(CHECKPOINTS.slice(0, 2), async (files, directory) => {
      const [first, second] = OIDS as [string, string];
      const kept = join(directory, "kept");
      copy(wholePlace(directory, first), kept);
      await files.shrink(first, second);
      // Killed before the whole one was deleted, then before the difference was complete.
      copy(kept, wholePlace(directory, first));
      await expectAllReadable(files, CHECKPOINTS.slice(0, 2));
      writeFileSync(deltaPlace(directory, first), readFileSync(deltaPlace(directory, first)).subarray(0, 100));
      await expectAllReadable(openLargeFiles(directory), CHECKPOINTS.slice(0, 2));
      expect(await openLargeFiles(directory).shrink(first, second)).toMatchObject({ done: true });
      expect(isFile(wholePlace(directory, first))).toBe(false);
      await expectAllReadable(files, CHECKPOINTS.slice(0, 2));
    });
  });

  it("keep their base from being swept, until they go themselves", async () => {
    await withSeries(CHECKPOINTS.slice(0, 3), async (files, directory) => {
      const [first, second, third] = OIDS as [string, string, string];
      await compactSeries(files, SERIES.slice(0, 3));
      for (const path of [deltaPlace(directory, first), deltaPlace(directory, second), wholePlace(directory, third)]) setModified(path, NOW - 10_000);
      const limits = { olderThanMs: 5_000, now: NOW };
      const swept = await files.sweep(new Set([first]), limits);
      expect([swept.removed, swept.keptAsBase.toSorted()]).toEqual([[], [second, third].toSorted()]);
      await expectAllReadable(files, CHECKPOINTS.slice(0, 3));
      files.touch(first);
      expect(await files.sweep(new Set(), limits)).toMatchObject({ removed: [] });
      expect((await files.sweep(new Set(), { olderThanMs: 0, now: NOW })).removed).toEqual([first, second, third]);
    });
  });

  it("are made whole before their base is removed", async () => {
    await withSeries(CHECKPOINTS.slice(0, 3), async (files) => {
      const [first, second, third] = OIDS as [string, string, string];
      await compactSeries(files, SERIES.slice(0, 3));
      await files.remove(third);
      expect(OIDS.slice(0, 3).map((oid) => files.form(oid)?.kind)).toEqual(["delta", "whole", undefined]);
      await files.remove(second);
      expect(files.form(first)!.kind).toBe("whole");
      await expectAllReadable(files, [CHECKPOINTS[0]!]);
    });
  });

  it("are refused when damaged, and never read as more than they are", async () => {
    await withSeries(CHECKPOINTS.slice(0, 2), async (files, directory) => {
      const [first, second] = OIDS as [string, string];
      await files.shrink(first, second);
      const good = readFileSync(deltaPlace(directory, first));
      await fc.assert(
        fc.asyncProperty(fc.nat(good.byteLength - 1), fc.nat(255), async (at, value) => {
          const bad = Buffer.from(good);
          bad[at] = value;
          writeFileSync(deltaPlace(directory, first), bad);
          try {
            expect((await collect(files.read(first))).byteLength).toBeLessThan(1 << 22);
          } catch (cause) {
            expect((cause as { code?: string }).code).toMatch(/^large_file\./);
          }
        }),
        { numRuns: 30 },
      );
      for (const length of [0, 10, 95, good.byteLength - 1]) {
        writeFileSync(deltaPlace(directory, first), good.subarray(0, length));
        expect(() => files.size(first)).toThrow(expect.objectContaining({ code: "large_file.damaged" }));
      }
    });
  });
});
