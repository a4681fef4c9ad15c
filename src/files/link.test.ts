import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openAppender } from "./append.ts";
import { linkFile } from "./link.ts";

const directory = mkdtempSync(join(tmpdir(), "files-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("linkFile", () => {
  it("makes a relative link that replaces what was there", () => {
    writeFileSync(join(directory, "target"), "new");
    writeFileSync(join(directory, "old"), "old");
    linkFile(join(directory, "target"), join(directory, "old"));
    linkFile(join(directory, "target"), join(directory, "deep", "er", "link"));
    expect(readFileSync(join(directory, "old"), "utf8")).toBe("new");
    expect(lstatSync(join(directory, "deep", "er", "link")).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(directory, "deep", "er", "link"))).toBe(join("..", "..", "target"));
  });
});

describe("openAppender", () => {
  it("continues what is there, and can start over", () => {
    const path = join(directory, "partial", "file");
    for (const [piece, size] of [["ab", 2], ["cd", 4]] as const) {
      const appender = openAppender(path);
      appender.append(new TextEncoder().encode(piece));
      expect(appender.sizeBytes).toBe(size);
      appender.close();
    }
    expect(readFileSync(path, "utf8")).toBe("abcd");
    const appender = openAppender(path);
    appender.clear();
    appender.append(new TextEncoder().encode("x"));
    appender.close();
    expect(readFileSync(path, "utf8")).toBe("x");
  });
});
