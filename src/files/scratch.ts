// A hidden directory beside what is being made. Its name says whose it is, so that the next start can clear away what a killed process left.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** Runs `act` with a new, empty directory beside `path`, and deletes it whatever happens. Directories of dead processes for the same path go first. */
export async function withScratchDirectory<T>(path: string, act: (scratch: string) => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  clearScratch(path);
  const scratch = nextName(path);
  mkdirSync(scratch);
  try {
    return await act(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Deletes what processes of this host that are no more left beside `path`. */
function clearScratch(path: string): void {
  if (!existsSync(dirname(path))) return;
  const prefix = `.${basename(path)}.scratch.${hostOf()}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length).split(".")[0]);
    if (!isRunning(pid)) rmSync(join(dirname(path), name), { recursive: true, force: true });
  }
}

function nextName(path: string): string {
  for (let count = 1; ; count++) {
    const name = join(dirname(path), `.${basename(path)}.scratch.${hostOf()}.${process.pid}.${count}`);
    if (!existsSync(name)) return name;
  }
}

function hostOf(): string {
  return hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}
