import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from "node:os";

/** What this machine is, as far as training and serving care. */
export interface MachineReport {
  readonly platform: string;
  readonly os_release: string;
  readonly cpu: string;
  /** Cores this process may use. */
  readonly cores: number;
  /** Memory this process may use: the container's limit where there is one. */
  readonly memory_bytes: number;
  readonly free_memory_bytes: number;
  readonly node: string;
  /** Version of the C library on Linux; null elsewhere and with musl. */
  readonly glibc: string | null;
}

export function inspectMachine(): MachineReport {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return {
    platform: `${platform()}-${arch()}`,
    os_release: release(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory_bytes: memory,
    free_memory_bytes: Math.min(freemem(), memory),
    node: process.version,
    glibc: findGlibc(),
  };
}

function findGlibc(): string | null {
  if (platform() !== "linux") return null;
  const report = process.report.getReport() as unknown as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ?? null;
}
