// Finds the libraries of the pinned platform package, loads them in dependency order and checks that they are the release the symbol tables describe.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type koffiModule from "koffi";
import { exists, listDirectory, readJson } from "../../files/index.ts";
import { engineMissing, engineUnsupportedPlatform, engineWrongRelease } from "./errors.ts";
import { GGML_BASE_SYMBOLS, GGML_LAYOUT, GGML_STRUCTS, GGML_SYMBOLS } from "./ggml-symbols.ts";

export type Koffi = typeof koffiModule;

/** A native address; null is the C null pointer. Never crosses the door of `engine/ggml` or `engine/llama`. */
export type Pointer = bigint | null;
export type NativeValue = Pointer | number | boolean | string | ArrayBufferView | object | undefined;

type ReturnOf<Signature extends string> = Signature extends `void *${string}` ? Pointer
  : Signature extends `const char *${string}` ? string
  : Signature extends `bool ${string}` ? boolean
  : Signature extends `void ${string}` ? undefined
  : Signature extends `llama_${string} ${string}` ? Record<string, NativeValue>
  : number;

/** One bound C function; `async` runs it on a worker thread and calls back on the event loop. */
export interface NativeFunction<Result> {
  (...args: NativeValue[]): Result;
  async(...args: [...NativeValue[], (error: Error | null, result: Result) => void]): void;
}

export type Bound<Table extends Record<string, string>> = { readonly [Name in keyof Table]: NativeFunction<ReturnOf<Table[Name]>> };

/** The release of llama.cpp whose headers the symbol tables were read from. */
export const ENGINE_RELEASE = "v0.5.0";
export const ENGINE_PACKAGE_VERSION = "3.22.1";

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "linux-x64": ["@node-llama-cpp/linux-x64"],
  "darwin-arm64": ["@node-llama-cpp/mac-arm64-metal"],
  "win32-x64": ["@node-llama-cpp/win-x64"],
};

const GPU_PACKAGES: Readonly<Record<string, Readonly<Record<"cuda" | "vulkan", string>>>> = {
  "linux-x64": { cuda: "@node-llama-cpp/linux-x64-cuda", vulkan: "@node-llama-cpp/linux-x64-vulkan" },
  "win32-x64": { cuda: "@node-llama-cpp/win-x64-cuda", vulkan: "@node-llama-cpp/win-x64-vulkan" },
};

export type BackendName = "cpu" | "cuda" | "vulkan";

export interface NativeLibraries {
  readonly koffi: Koffi;
  readonly directory: string;
  readonly ggml: Bound<typeof GGML_BASE_SYMBOLS> & Bound<typeof GGML_SYMBOLS>;
  /** Binds more functions, from the first library whose file name starts with `prefix`. */
  bind<Table extends Record<string, string>>(prefix: string, table: Table): Bound<Table>;
}

let loaded: NativeLibraries | undefined;

/**
 * Loads the native libraries once per process, the CPU build unless `TUNESMITH_BACKEND` names an installed GPU build.
 * Touches the disk. @throws `engine.missing`, `engine.unsupported_platform`, `engine.wrong_release`
 */
export function loadNative(): NativeLibraries {
  loaded ??= openLibraries(findLibraryDirectory((process.env.TUNESMITH_BACKEND ?? "cpu") as BackendName));
  return loaded;
}

/** The npm package that carries a backend for this platform. @throws `engine.unsupported_platform` */
export function enginePackage(backend: BackendName): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = backend === "cpu" ? PACKAGES[platform]?.[0] : GPU_PACKAGES[platform]?.[backend];
  if (name === undefined) throw engineUnsupportedPlatform(`${backend} on ${platform}`);
  return name;
}

/**
 * What a child process needs in its environment to load the build for a device. `auto` takes a GPU build that is installed, else the CPU's;
 * a GPU build without its driver still computes on the CPU. @throws `engine.missing` when the build of a device asked for by name is not installed
 */
export function backendEnvironment(device: "auto" | BackendName): Readonly<Record<string, string>> {
  if (device !== "auto") {
    findLibraryDirectory(device);
    return { TUNESMITH_BACKEND: device };
  }
  const installed = (["cuda", "vulkan"] as const).find((backend) => isInstalled(backend));
  return { TUNESMITH_BACKEND: process.env.TUNESMITH_BACKEND ?? installed ?? "cpu" };
}

function isInstalled(backend: BackendName): boolean {
  const packages = GPU_PACKAGES[`${process.platform}-${process.arch}`];
  if (backend === "cpu" || packages === undefined) return false;
  try {
    packageRoot(packages[backend]);
    return true;
  } catch {
    // Not in any module folder: an optional package that nobody added.
    return false;
  }
}

/** The folder that holds the libraries of a backend. @throws `engine.missing`, `engine.wrong_release` */
export function findLibraryDirectory(backend: BackendName): string {
  const packageName = enginePackage(backend);
  let root: string;
  try {
    root = packageRoot(packageName);
  } catch (cause) {
    throw engineMissing(packageName, ENGINE_PACKAGE_VERSION, cause);
  }
  const bins = join(root, "bins");
  const folder = listDirectory(bins).directories[0];
  if (folder === undefined) throw engineMissing(packageName, ENGINE_PACKAGE_VERSION);
  const directory = join(bins, folder);
  const metadata = readJson(join(directory, "_nlcBuildMetadata.json")) as { buildOptions?: { llamaCpp?: { release?: string } } };
  const release = metadata.buildOptions?.llamaCpp?.release ?? "of an unknown release";
  if (release !== ENGINE_RELEASE) throw engineWrongRelease(release, ENGINE_RELEASE);
  return directory;
}

function packageRoot(packageName: string): string {
  const require = createRequire(import.meta.url);
  for (const base of require.resolve.paths(packageName) ?? []) {
    if (exists(join(base, packageName, "package.json"))) return join(base, packageName);
  }
  throw new RangeError(`${packageName} is in none of the module folders`);
}

function openLibraries(directory: string): NativeLibraries {
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const { files } = listDirectory(directory);
  const open = (prefix: string) => {
    const file = files.find((name) => new RegExp(`^(lib)?${prefix}(\\.(cuda|vulkan|metal))?(\\.v[0-9.]+)?\\.(so|dylib|dll)$`).test(name));
    if (file === undefined) throw engineMissing(join(directory, prefix), ENGINE_PACKAGE_VERSION);
    return koffi.load(join(directory, file), { global: true });
  };
  const bindAll = <Table extends Record<string, string>>(library: ReturnType<Koffi["load"]>, table: Table): Bound<Table> =>
    Object.fromEntries(Object.entries(table).map(([name, signature]) => [name, library.func(signature)])) as unknown as Bound<Table>;

  for (const [name, fields] of Object.entries(GGML_STRUCTS)) koffi.struct(name, fields);
  const base = bindAll(open("ggml-base"), GGML_BASE_SYMBOLS);
  const overhead = base.tensor_overhead();
  if (overhead !== GGML_LAYOUT.tensorOverhead) throw engineWrongRelease(`another build (tensor overhead ${overhead})`, ENGINE_RELEASE);
  const ggml = { ...base, ...bindAll(open("ggml"), GGML_SYMBOLS) };
  silenceLog(koffi, ggml);
  ggml.load_all_from_path(directory);
  return { koffi, directory, ggml, bind: (prefix, table) => bindAll(open(prefix), table) };
}

let logCallback: unknown;

/** ggml prints its device tables to stderr; only warnings and errors (levels 3 and 4) are kept. */
function silenceLog(koffi: Koffi, ggml: Bound<typeof GGML_BASE_SYMBOLS>): void {
  const prototype = koffi.proto("void ggml_log_callback(int level, const char *text, void *user_data)");
  logCallback = koffi.register((level: number, text: string) => {
    if (level === 4) process.stderr.write(text);
  }, koffi.pointer(prototype));
  ggml.log_set(logCallback as bigint, null);
}

/** Where the package of this project lies: for version and assets. */
export function packageDirectory(): string {
  let place = dirname(new URL(import.meta.url).pathname);
  while (!exists(join(place, "package.json"))) place = dirname(place);
  return place;
}
