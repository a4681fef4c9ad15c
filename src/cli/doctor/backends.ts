// What each device needs: a package of npm, and libraries of the system that no package can carry.
import { exists } from "../../files/index.ts";
import { findLibraries, type LibraryPlaces, type LibraryReport } from "./shared-libraries.ts";

export type BackendLabel = "cpu" | "cuda" | "vulkan" | "metal";

export interface BackendReport {
  readonly name: BackendLabel;
  /** `ready`; `incomplete`: the package is there, the system's libraries are not all; `absent`; `unsupported` on this platform. */
  readonly status: "ready" | "incomplete" | "absent" | "unsupported";
  readonly package: string | null;
  readonly libraries: readonly LibraryReport[];
  /** What to know, in words. */
  readonly needs: string;
  /** The one command that adds the package. */
  readonly install: string | null;
}

/** What the report asks of the engine's room. */
export interface BackendSource {
  /** @throws for a platform without such a package */
  readonly packageOf: (backend: "cpu" | "cuda" | "vulkan") => string;
  /** @throws when the package is not installed, or of another release */
  readonly directoryOf: (backend: "cpu" | "cuda" | "vulkan") => string;
  readonly packageVersion: string;
  readonly platform: NodeJS.Platform;
}

const CUDA_LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libcudart.so.13", "libcublas.so.13", "libcuda.so.1"],
  win32: ["cudart64_13.dll", "cublas64_13.dll", "nvcuda.dll"],
};
const VULKAN_LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = { linux: ["libvulkan.so.1"], win32: ["vulkan-1.dll"] };

/** A report for each backend, in the order cpu, cuda, vulkan, metal. */
export function inspectBackends(source: BackendSource, places: LibraryPlaces): readonly BackendReport[] {
  return [
    inspect("cpu", [], "nothing beside the package", source, places),
    inspect("cuda", CUDA_LIBRARIES[source.platform] ?? [], "an NVIDIA GPU with its driver, and the runtime libraries of CUDA 13", source, places),
    inspect("vulkan", VULKAN_LIBRARIES[source.platform] ?? [], "a GPU driver with Vulkan, and the Vulkan loader", source, places),
    inspectMetal(source),
  ];
}

function inspect(name: "cpu" | "cuda" | "vulkan", libraryNames: readonly string[], needs: string, source: BackendSource, places: LibraryPlaces): BackendReport {
  const packageName = attempt(() => source.packageOf(name));
  if (packageName === undefined) return { name, status: "unsupported", package: null, libraries: [], needs, install: null };
  const libraries = findLibraries(libraryNames, places);
  const installed = attempt(() => source.directoryOf(name)) !== undefined;
  const complete = libraries.every((library) => library.status === "found");
  return {
    name,
    status: installed ? (complete ? "ready" : "incomplete") : "absent",
    package: packageName,
    libraries,
    needs,
    install: installed ? null : `npm install --save-exact ${packageName}@${source.packageVersion}`,
  };
}

/** Metal is part of the package for Apple silicon. */
function inspectMetal({ platform, packageOf, directoryOf }: BackendSource): BackendReport {
  const needs = "Apple silicon; it is part of the CPU package there";
  const packageName = platform === "darwin" ? attempt(() => packageOf("cpu")) : undefined;
  const installed = packageName !== undefined && attempt(() => directoryOf("cpu")) !== undefined;
  return { name: "metal", status: packageName === undefined ? "unsupported" : installed ? "ready" : "absent", package: packageName ?? null, libraries: [], needs, install: null };
}

/** Whether the driver of an NVIDIA GPU is loaded (Linux), with its version. */
export function findNvidiaDriver(read: (path: string) => string): string | null {
  const path = "/proc/driver/nvidia/version";
  return exists(path) ? (/Kernel Module[^\d]*([\d.]+)/.exec(read(path))?.[1] ?? "of unknown version") : null;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof Error) return undefined;
    throw cause;
  }
}
