import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a thread that runs the module beside the caller's, named without extension: the built one, or the source where this runs from sources
 * (Node 20 takes no `--import` for threads, so that the thread itself registers the loader).
 */
export function startWorker(importMetaUrl: string, relative: string, options: WorkerOptions): Worker {
  const module = new URL(`${relative}${importMetaUrl.endsWith(".ts") ? ".ts" : ".js"}`, importMetaUrl);
  if (module.pathname.endsWith(".js")) return new Worker(module, options);
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api").replace(/\.cjs$/, ".mjs")).href;
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(module.href)}); });`;
  return new Worker(code, { ...options, eval: true });
}
