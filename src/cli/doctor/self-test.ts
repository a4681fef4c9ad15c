// Runs in a child process, so that a library that does not suit this machine ends as a message: loads the engine, says what it sees, and
// checks a gradient through a linear layer with an adapter and back against a finite difference.
import { performance } from "node:perf_hooks";
import { basename } from "node:path";
import { exists, readText } from "../../files/index.ts";
import { checkGradient, dequantizeRows, linear, listDevices, openBackend, quantizeRows, type Device } from "../../engine/ggml/index.ts";

export interface SelfTestReport {
  readonly devices: readonly Device[];
  /** The build that was chosen for this processor, `sapphirerapids`; null where the system does not tell. */
  readonly cpu_variant: string | null;
  /** Worst relative difference between gradient and finite difference; 1e-3 is the limit. */
  readonly gradient_error: number;
  /** Worst difference of q8_0 there and back, in units of its step; 0.5 is exact rounding. */
  readonly quantization_error: number;
  readonly load_ms: number;
  readonly test_ms: number;
}

/** Loads the engine and tests it. @throws what loading throws */
export async function run(): Promise<SelfTestReport> {
  const begin = performance.now();
  const devices = listDevices();
  const loaded = performance.now();
  const backend = openBackend({ device: "cpu", threads: 1 });
  try {
    const gradient_error = await checkGradient(backend, {
      shapes: [[6, 32], [16, 32], [4, 32], [16, 4]],
      build: (tape, [x, weight, a, b]) => ({ output: linear(tape, x!, { weight: weight!, lora: { a: a!, b: b!, factor: 2 } }) }),
    });
    const quantization_error = measureQuantization();
    return { devices, cpu_variant: findCpuVariant(), gradient_error, quantization_error, load_ms: loaded - begin, test_ms: performance.now() - loaded };
  } finally {
    backend.dispose();
  }
}

function measureQuantization(): number {
  const values = Float32Array.from({ length: 64 }, (_value, at) => Math.sin(at));
  const back = dequantizeRows("q8_0", quantizeRows("q8_0", values, 64), 64);
  return values.reduce((worst, value, at) => Math.max(worst, Math.abs(value - back[at]!) * 127), 0);
}

/** Linux lists the libraries of a process among its memory maps. */
function findCpuVariant(): string | null {
  const maps = "/proc/self/maps";
  if (!exists(maps)) return null;
  const path = readText(maps).split("\n").find((line) => line.includes("libggml-cpu-"));
  return path === undefined ? null : (/libggml-cpu-([^.]+)/.exec(basename(path))?.[1] ?? null);
}
