// A backend is one device that computes graphs: the CPU, or a GPU when its build of the libraries is loaded.
import { availableParallelism } from "node:os";
import { loadNative, type NativeLibraries } from "../ffi/index.ts";
import { computeFailed, deviceMissing } from "./errors.ts";

export type DeviceName = "auto" | "cpu" | "cuda" | "vulkan";

export interface Device {
  readonly name: string;
  readonly description: string;
  readonly kind: "cpu" | "gpu" | "igpu" | "accel";
}

/** An open device. Dispose it once; nothing is freed by the garbage collector. */
export interface Backend {
  readonly device: Device;
  readonly threads: number;
  /** Computes with another number of CPU threads from the next graph on; results do not change by a bit. */
  setThreads(count: number): void;
  dispose(): void;
}

/** The same with its native parts, which do not leave this room. */
export interface NativeBackend extends Backend {
  readonly native: NativeLibraries;
  readonly nativeDevice: bigint;
  readonly handle: bigint;
  readonly bufferType: bigint;
}

const KINDS = ["cpu", "gpu", "igpu", "accel"] as const;

/** The devices that the loaded libraries see. Loads the native libraries. */
export function listDevices(): readonly Device[] {
  const { ggml } = loadNative();
  return Array.from({ length: ggml.dev_count() }, (_, index) => describe(ggml.dev_get(index) as bigint));
}

interface BackendOptions {
  /** Default `auto`: the first GPU that is there, else the CPU. */
  readonly device?: DeviceName;
  /** CPU threads; 0 (default) means all cores this process may use. */
  readonly threads?: number;
}

/** Opens a device. @throws `engine.device_missing` */
export function openBackend(options: BackendOptions = {}): Backend {
  const native = loadNative();
  const { ggml, koffi } = native;
  const handles = Array.from({ length: ggml.dev_count() }, (_, index) => ggml.dev_get(index) as bigint);
  const wanted = options.device ?? "auto";
  const cpu = handles.find((handle) => describe(handle).kind === "cpu");
  const gpu = handles.find((handle) => describe(handle).kind === "gpu" && (wanted === "auto" || describe(handle).name.toLowerCase().startsWith(wanted)));
  const chosen = wanted === "cpu" ? cpu : wanted === "auto" ? (gpu ?? cpu) : gpu;
  if (chosen === undefined) throw deviceMissing(wanted, handles.map((handle) => describe(handle).name));

  const handle = ggml.dev_init(chosen, null);
  if (handle === null) throw deviceMissing(wanted, [describe(chosen).name]);
  const threads = options.threads === undefined || options.threads === 0 ? availableParallelism() : options.threads;
  const setter = ggml.reg_get_proc_address(ggml.dev_backend_reg(chosen), "ggml_backend_set_n_threads");
  const setThreads = (count: number) => setter !== null && koffi.call(setter, threadsPrototype(native), handle, count);
  setThreads(threads);

  const backend: NativeBackend = {
    native,
    nativeDevice: chosen,
    handle,
    bufferType: ggml.get_default_buffer_type(handle) as bigint,
    device: describe(chosen),
    threads,
    setThreads,
    dispose: () => ggml.backend_free(handle),
  };
  return backend;
}

/** Runs a graph on a worker thread; the event loop stays free. One call at a time per backend. @throws `engine.compute_failed` */
export function computeGraph(backend: NativeBackend, graph: bigint): Promise<void> {
  return new Promise((resolve, reject) => {
    backend.native.ggml.graph_compute.async(backend.handle, graph, (error, status) => {
      if (error !== null) reject(error);
      else if (status !== 0) reject(computeFailed(status));
      else resolve();
    });
  });
}

function describe(handle: bigint): Device {
  const { ggml } = loadNative();
  return { name: ggml.dev_name(handle), description: ggml.dev_description(handle), kind: KINDS[ggml.dev_type(handle)] ?? "accel" };
}

let prototype: ReturnType<NativeLibraries["koffi"]["proto"]> | undefined;

function threadsPrototype({ koffi }: NativeLibraries) {
  prototype ??= koffi.proto("void ggml_backend_set_n_threads(void *backend, int n_threads)");
  return prototype;
}
