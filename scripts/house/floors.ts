// The order of the house, in one place: a room may import only rooms of an earlier line here. When a rule is in the way, change it here.

/** From the ground up. A name is a folder below `src/`, or a file directly in it. */
export const FLOORS: readonly (readonly string[])[] = [
  ["random.ts"],
  ["errors.ts", "route.ts", "plural.ts", "statistics.ts", "visible.ts"],
  ["records", "files"],
  ["engine/ffi"],
  ["engine/ggml", "engine/llama", "engine/gguf", "engine/safetensors", "engine/onnx", "engine/tokenizer"],
  ["engine/models"],
  ["data", "runs", "checkpoints", "hub", "serving", "config", "web"],
  ["training", "evaluation", "quantization", "releases"],
  ["http", "sweeps"],
  ["cli", "index.ts"],
];

/** Rooms that may import less than their floor allows. */
export const NARROW: Readonly<Record<string, readonly string[]>> = {
  records: ["errors.ts"],
  web: ["records"],
};

/** Packages and Node modules (with all below them) that belong to one room. */
export const OWNERS: readonly { readonly packages: readonly string[]; readonly room: string }[] = [
  { packages: ["koffi"], room: "engine/ffi" },
  { packages: ["fs", "node:fs"], room: "files" },
  { packages: ["http", "https", "node:http", "node:https", "node:http2", "fastify", "@fastify", "fastify-type-provider-zod"], room: "http" },
  { packages: ["yaml"], room: "config" },
];

/** Names that say nothing, for folders and for files. */
export const EMPTY_NAMES: readonly string[] = ["utils", "util", "common", "helpers", "helper", "shared", "core", "lib", "services", "managers", "manager"];

/** Lines a source file may have; tests are exempt. */
export const MOST_LINES = 300;

/** The room a path below `src/` belongs to: `engine/ggml/ops.ts` is in `engine/ggml`, `errors.ts` is its own. */
export function roomOf(path: string): string {
  const parts = path.split("/");
  if (parts.length === 1) return path.replace(/\.test\.ts$/, ".ts");
  return parts[0] === "engine" && parts.length > 2 ? `engine/${parts[1]}` : parts[0]!;
}

/** The floor of a room, 0 at the ground; `undefined` for a room that is not in the list. */
export function floorOf(room: string): number | undefined {
  const floor = FLOORS.findIndex((line) => line.includes(room));
  return floor === -1 ? undefined : floor;
}
