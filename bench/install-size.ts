// What an installation weighs: `npm ci` into an empty folder, once for users and once for developers.
//
//   npx tsx bench/install-size.ts [--json FILE]
//
// Uses npm's own cache where it can. Install scripts never run; packages that would have one are listed.
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { copy, ensureDirectory, isFile, readJson, remove, statFile, walk, writeJson } from "../src/files/index.ts";
import { formatMegabytes, formatTable } from "./print.ts";

const ROOT = join(import.meta.dirname, "..");
const run = promisify(execFile);

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
}

interface Installation {
  readonly name: string;
  readonly sizeBytes: number;
  readonly packages: number;
  readonly withInstallScript: readonly string[];
  readonly largest: readonly (readonly [name: string, sizeBytes: number])[];
}

async function install(name: string, flags: readonly string[]): Promise<Installation> {
  const folder = join(tmpdir(), `tunesmith-install-${process.pid}`);
  ensureDirectory(folder);
  try {
    for (const file of ["package.json", "package-lock.json"]) copy(join(ROOT, file), join(folder, file));
    await runNpm(["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", ...flags], folder);
    const modules = join(folder, "node_modules");
    const { packages } = readJson(join(modules, ".package-lock.json")) as { packages: Record<string, LockedPackage> };
    const sizes = new Map<string, number>();
    for (const file of walk(modules)) {
      const path = join(modules, file);
      if (isFile(path)) sizes.set(packageOf(file), (sizes.get(packageOf(file)) ?? 0) + statFile(path).sizeBytes);
    }
    return {
      name,
      sizeBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
      packages: Object.keys(packages).length,
      withInstallScript: Object.entries(packages).filter(([, entry]) => entry.hasInstallScript === true).map(([path]) => path.replace(/^node_modules\//, "")),
      largest: [...sizes].toSorted(([, a], [, b]) => b - a).slice(0, 5),
    };
  } finally {
    remove(folder);
  }
}

async function runNpm(args: readonly string[], cwd: string): Promise<void> {
  try {
    await run("npm", args, { cwd });
  } catch (error) {
    const { stderr } = error as { stderr: string };
    throw new Error(`npm ${args[0]} failed:\n${stderr.split("\n").slice(0, 12).join("\n")}`, { cause: error });
  }
}

function packageOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

const { values: flags } = parseArgs({ options: { json: { type: "string" } } });
const found = [await install("for users (npm ci --omit=dev)", ["--omit=dev"]), await install("for developers (npm ci)", [])];
console.log(formatTable(["", "size", "packages", "with an install script"], found.map((one) => [one.name, formatMegabytes(one.sizeBytes), String(one.packages), one.withInstallScript.join(", ") || "none"])));
console.log(`\n${formatTable(["largest for users", "size"], found[0]!.largest.map(([name, size]) => [name, formatMegabytes(size)]))}`);
if (flags.json !== undefined) writeJson(flags.json, found);
