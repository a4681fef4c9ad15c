// Whether the process behind a run still lives. A number alone does not say: it is given to another process sooner or later, so the moment
// the process began is kept beside it and asked for again.
import { execFileSync } from "node:child_process";
import { hostname, platform } from "node:os";
import { readText } from "../files/index.ts";

/** Who is asked whether the process of a running run still lives; injected in tests. */
export interface Observer {
  readonly hostname: string;
  /** Whether process `pid` lives, and is the one that began at `start` (null: not known). */
  readonly isAlive: (pid: number, start: string | null) => boolean;
  /** ms since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

/** This host and its processes. */
export const here: Observer = { hostname: hostname(), isAlive: isProcessAlive };

/** When a process of this host began, as opaque text that differs for every process that ever had the number; null where the platform does not tell. */
export function processStart(pid: number): string | null {
  if (platform() === "linux") return readLinuxProcess(pid)?.start ?? null;
  return platform() === "darwin" ? readStartByPs(pid) : null;
}

/** Whether a process of this host lives (also when it belongs to somebody else); one that ended and was not collected yet does not. */
export function isProcessAlive(pid: number, start: string | null = null): boolean {
  if (pid <= 0 || !answersSignal(pid)) return false;
  const found = platform() === "linux" ? readLinuxProcess(pid) : undefined;
  if (found?.ended === true) return false;
  if (start === null) return true;
  const begun = found?.start ?? processStart(pid);
  return begun === null || begun === start;
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** /proc/<pid>/stat (proc(5)): the name in parentheses may hold anything; behind it field 3 is the state, field 22 the start in ticks since boot. */
function readLinuxProcess(pid: number): { readonly start: string; readonly ended: boolean } | undefined {
  try {
    const stat = readText(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", ticks] = [fields[0], fields[19]];
    return ticks === undefined ? undefined : { start: `${readText("/proc/sys/kernel/random/boot_id").slice(0, 8)}-${ticks}`, ended: "ZX".includes(state) && state !== "" };
  } catch {
    // No /proc, or not for us: then nothing is known but the number.
    return undefined;
  }
}

function readStartByPs(pid: number): string | null {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" }, stdio: ["ignore", "pipe", "ignore"], timeout: 5000 }).trim() || null;
  } catch {
    return null;
  }
}
