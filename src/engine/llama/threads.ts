import { availableParallelism } from "node:os";
import { exists, readText } from "../../files/index.ts";

const CPU_TABLE = "/proc/cpuinfo";

/** Physical cores that this process may use, at most 8: hyper-threads slow matrix products down, and idle ggml threads spin. */
export function defaultThreads(): number {
  const cores = exists(CPU_TABLE) ? countCores(readText(CPU_TABLE)) : 0;
  return Math.max(1, Math.min(8, availableParallelism(), cores === 0 ? Infinity : cores));
}

const BYTES_PER_THREAD = 32 * 2 ** 20;

/**
 * Threads worth having for a model of this size: one per 32 MiB of weights. Threads meet after every op, and on a model smaller than that
 * a token takes less time than the meeting: a 2 MiB model answered 12 times slower with two threads than with one, measured on two cores.
 */
export function usefulThreads(most: number, weightBytes: number): number {
  return Math.max(1, Math.min(most, Math.ceil(weightBytes / BYTES_PER_THREAD)));
}

/** Distinct (package, core) pairs of a Linux processor table; 0 when it names none. */
export function countCores(table: string): number {
  const pairs = table.split("\n\n").map((block) => [/^physical id\s*:\s*(\d+)/m.exec(block)?.[1], /^core id\s*:\s*(\d+)/m.exec(block)?.[1]]);
  return new Set(pairs.filter(([, core]) => core !== undefined).map((pair) => pair.join("/"))).size;
}
