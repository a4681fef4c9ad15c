import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findRealPath, glance, readSmallText, scanDirectory } from "./scan.ts";

const root = mkdtempSync(join(tmpdir(), "scan-"));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, "folder"));
writeFileSync(join(root, "file"), "\uFEFFtext");
symlinkSync("circle", join(root, "circle"));

describe("scanDirectory", () => {
  it("tells files, folders and links apart", () => {
    const entries = scanDirectory(root) as readonly { readonly name: string; readonly kind: string }[];
    expect(entries.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual(["circle link", "file file", "folder directory"]);
  });

  it("says why it cannot", () => {
    expect(scanDirectory(join(root, "none"))).toEqual({ refused: "ENOENT" });
    expect(scanDirectory(join(root, "file"))).toEqual({ refused: "ENOTDIR" });
  });
});

describe("glance", () => {
  it("sees size, time and kind, and nothing where nothing is", () => {
    expect(glance(join(root, "file"))).toMatchObject({ isDirectory: false, sizeBytes: 7 });
    expect(glance(join(root, "folder"))).toMatchObject({ isDirectory: true });
    for (const name of ["none", "circle", "file/below"]) expect(glance(join(root, name))).toBeUndefined();
  });
});

describe("findRealPath", () => {
  it("ends for a circle of links", () => {
    expect(findRealPath(join(root, "circle"))).toBeUndefined();
    expect(findRealPath(join(root, "folder", ".."))).toBe(findRealPath(root));
  });
});

describe("readSmallText", () => {
  it("reads text without its byte-order mark", () => {
    expect(readSmallText(join(root, "file"), 100)).toEqual({ text: "text" });
  });

  it("refuses what is too large, no file, or not there", () => {
    expect(readSmallText(join(root, "file"), 6)).toEqual({ refused: "7 bytes, at most 6 are read", tooLarge: true });
    expect(readSmallText(join(root, "folder"), 100)).toEqual({ refused: "it is no regular file" });
    expect(readSmallText(join(root, "none"), 100)).toEqual({ refused: "ENOENT" });
  });

  it("does not wait for a pipe", () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    expect(readSmallText(join(root, "pipe"), 100)).toEqual({ refused: "it is no regular file" });
  });
});
