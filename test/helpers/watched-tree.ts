import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";

/** A tree that a test changes and compares; `root` is asked anew each time. */
export function treeOf(root: () => string) {
  const put = (path: string, text: string, age = 1_000): void => {
    mkdirSync(dirname(join(root(), path)), { recursive: true });
    writeFileSync(join(root(), path), text);
    utimesSync(join(root(), path), age, age + 0.25);
  };
  const read = (path: string): string => readFileSync(join(root(), path), "utf8");

  /** Every name with kind, permissions, time and contents; our own folder left out. */
  function picture(below = ""): readonly string[] {
    return readdirSync(join(root(), below)).sort().filter((name) => join(below, name) !== ".tunesmith").flatMap((name) => {
      const path = join(below, name);
      const stat = lstatSync(join(root(), path));
      const line = (kind: string, text: string) => `${path} ${kind} ${(stat.mode & 0o7777).toString(8)} ${Math.round(stat.mtimeMs * 100) / 100} ${text}`;
      if (stat.isSymbolicLink()) return [line("link", readlinkSync(join(root(), path)))];
      return stat.isDirectory() ? [line("directory", ""), ...picture(path)] : [line("file", read(path))];
    });
  }
  /** The picture of a tree whose directories have times that can be set again to the last digit. */
  function settled(below = ""): readonly string[] {
    for (const name of readdirSync(join(root(), below))) if (lstatSync(join(root(), below, name)).isDirectory()) settled(join(below, name));
    utimesSync(join(root(), below), 700, 700);
    return below === "" ? picture() : [];
  }
  /** Names and contents only: two runs of one plan write at different times. */
  const contents = (): readonly string[] => picture().map((line) => line.replace(/ \S+ \S+ (\S*)$/, " $1"));
  return { put, read, picture, settled, contents };
}

/** Stops the work after so many steps of it, as a crash would. */
export function crashAfter(steps: number): { readonly onStep: () => void } {
  let count = 0;
  return { onStep: () => { if (++count >= steps) throw new Error("crash"); } };
}

export async function crash(work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toThrow("crash");
}
