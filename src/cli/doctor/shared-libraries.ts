// Whether the system's loader would find a shared library, without loading it: the places it looks in, in its order.
import { join } from "node:path";
import { exists, isFile, readBytes } from "../../files/index.ts";

/** `found`: the loader finds it; `elsewhere`: it is on the disk, where the loader does not look. */
export interface LibraryReport {
  readonly name: string;
  readonly status: "found" | "elsewhere" | "missing";
  readonly path: string | null;
}

/** Where this looks. Paths are injected in tests. */
export interface LibraryPlaces {
  /** Directories the loader looks in. */
  readonly directories: readonly string[];
  /** The loader's cache, `/etc/ld.so.cache`: NUL-terminated names and paths among binary fields. */
  readonly cacheFile: string | undefined;
  /** Directories where installers put libraries without telling the loader. */
  readonly usual: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The places of this system. */
export function systemPlaces(environment: Environment, platform: NodeJS.Platform = process.platform): LibraryPlaces {
  if (platform === "win32") {
    const system = join(environment["SystemRoot"] ?? "C:\\Windows", "System32");
    const cuda = environment["CUDA_PATH"];
    return { directories: [...(environment["PATH"] ?? "").split(";").filter(Boolean), system], cacheFile: undefined, usual: cuda === undefined ? [] : [join(cuda, "bin"), join(cuda, "bin", "x64")] };
  }
  const listed = (environment["LD_LIBRARY_PATH"] ?? "").split(":").filter(Boolean);
  return {
    directories: [...listed, "/lib", "/usr/lib", "/lib64", "/usr/lib64"],
    cacheFile: "/etc/ld.so.cache",
    usual: ["/usr/local/cuda/lib64", "/usr/local/cuda/targets/x86_64-linux/lib", "/opt/cuda/lib64", "/usr/lib/wsl/lib", "/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu"],
  };
}

/** Looks for libraries by their file names. */
export function findLibraries(names: readonly string[], places: LibraryPlaces): readonly LibraryReport[] {
  const cached = places.cacheFile !== undefined && isFile(places.cacheFile) ? pathsInCache(readBytes(places.cacheFile)) : [];
  return names.map((name) => {
    const found = [...places.directories.map((directory) => join(directory, name)), ...cached.filter((path) => path.endsWith(`/${name}`))].find(exists);
    const elsewhere = found ?? places.usual.map((directory) => join(directory, name)).find(exists);
    return { name, status: found !== undefined ? "found" : elsewhere !== undefined ? "elsewhere" : "missing", path: elsewhere ?? null };
  });
}

function pathsInCache(bytes: Uint8Array): readonly string[] {
  return new TextDecoder("latin1")
    .decode(bytes)
    .split("\0")
    .filter((text) => text.startsWith("/"));
}
