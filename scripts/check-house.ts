// Holds the rules of the house (floors, doors, owners, names, sizes, circles): `npm run house`. Prints file → rule → why.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { checkHouse, type Violation } from "./house/rules.ts";
import { readSource, type SourceFile } from "./house/source.ts";

const FOLDERS = ["src", "scripts", "bench", "test"];

/** Reads every TypeScript file of a repository and checks it. `root` is the folder that holds `src/`. */
export function checkTree(root: string): { readonly fileCount: number; readonly violations: readonly Violation[] } {
  const files = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) => readFolder(root, join(root, folder)));
  return { fileCount: files.length, violations: checkHouse(files) };
}

function readFolder(root: string, folder: string): readonly SourceFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : readFolder(root, path);
      if (!entry.name.endsWith(".ts") || entry.name.endsWith(".d.ts")) return [];
      return [readSource(relative(root, path).split(sep).join("/"), readFileSync(path, "utf8"))];
    });
}

/** One line a violation. */
export function describeViolation({ file, line, rule, why }: Violation): string {
  return `${file}:${line} → ${rule} → ${why}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { fileCount, violations } = checkTree(fileURLToPath(new URL("..", import.meta.url)));
  for (const violation of violations) console.error(describeViolation(violation));
  console.log(`${fileCount} files, ${violations.length === 0 ? "the house stands" : `${violations.length} to mend`}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
