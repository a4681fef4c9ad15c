// Facts about where a run happens, taken once when it starts.
import { execFileSync } from "node:child_process";
import { cpus, hostname, platform, arch, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { readJson } from "../files/index.ts";
import type { HostFacts, RunRecord } from "../records/index.ts";

export function readHost(): HostFacts {
  return { hostname: hostname(), platform: `${platform()} ${release()} ${arch()}`, cpus: cpus().length, memory_bytes: totalmem() };
}

/** Commit and cleanliness of the git work tree around `directory`; null outside of one, before the first commit, or without git. */
export function readGit(directory: string): RunRecord["git"] {
  const git = (...words: readonly string[]): string | undefined => {
    try {
      return execFileSync("git", ["-C", directory, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 }).trim();
    } catch {
      // Not a repository, no commit yet, or no git at all: the record says null, which is the fact.
      return undefined;
    }
  };
  const commit = git("rev-parse", "--verify", "HEAD");
  if (commit === undefined || commit === "") return null;
  return { commit, dirty: (git("status", "--porcelain", "--untracked-files=no") ?? "") !== "" };
}

/** The version of this package. */
export function readPackageVersion(): string {
  const manifest = readJson(fileURLToPath(new URL("../../package.json", import.meta.url))) as { readonly version?: unknown };
  return typeof manifest.version === "string" ? manifest.version : "unknown";
}
