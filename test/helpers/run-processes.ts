// Many processes at once, cheaply: a few lines of TypeScript are bundled once, and each process loads one plain file. The bundler is the one that
// `tsx` brings along.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

interface Resolved {
  readonly path: string;
  readonly errors: readonly unknown[];
}

interface BundlerHooks {
  onResolve(filter: { readonly filter: RegExp }, resolve: (asked: { readonly path: string; readonly pluginData?: unknown } & Readonly<Record<string, unknown>>) => Promise<object | undefined>): void;
  resolve(path: string, options: Readonly<Record<string, unknown>>): Promise<Resolved>;
}

interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** No module of ours does anything when it is imported: what is not used need not be loaded. */
const withoutSideEffects = {
  name: "without-side-effects",
  setup(hooks: BundlerHooks): void {
    hooks.onResolve({ filter: /^[./]/ }, async ({ path, pluginData, ...asked }) => {
      if (pluginData === "asked") return undefined;
      const { kind, importer, resolveDir } = asked;
      const resolved = await hooks.resolve(path, { kind, importer, resolveDir, pluginData: "asked" });
      return { ...resolved, sideEffects: false };
    });
  },
};

const require = createRequire(import.meta.url);
const { build } = createRequire(require.resolve("tsx/package.json"))("esbuild") as Bundler;

/**
 * Bundles `script` (an ES module in TypeScript; imports by absolute path) and runs it in `count` processes at the same time; `process.argv[2]` is each
 * one's number from 0. @returns what each wrote to stdout; rejects with stderr when one fails
 */
export async function runProcesses(folder: string, script: string, count: number): Promise<readonly string[]> {
  const entry = join(folder, "bundle", "src", "entry.ts");
  const outfile = join(folder, "bundle", "dist", "room", "entry.mjs");
  mkdirSync(join(folder, "bundle", "src"), { recursive: true });
  writeFileSync(entry, script);
  writeFileSync(join(folder, "bundle", "package.json"), '{"version": "0.0.0"}');
  const banner = { js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);' };
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm", target: "node20", banner, external: ["@bokuweb/zstd-wasm"], plugins: [withoutSideEffects], logLevel: "error" });
  return Promise.all(Array.from({ length: count }, (_, number) => runProcess(outfile, number)));
}

function runProcess(file: string, number: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, String(number)], { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(stdout) : reject(new Error(`process ${number} ended with ${code}: ${stderr}`))));
  });
}
