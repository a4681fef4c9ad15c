export { runIsolated, siblingModule, type IsolatedContext, type IsolateOptions, type IsolatedRun } from "./isolate.ts";
export {
  backendEnvironment,
  ENGINE_PACKAGE_VERSION,
  ENGINE_RELEASE,
  enginePackage,
  findLibraryDirectory,
  loadNative,
  packageDirectory,
  type BackendName,
  type Bound,
  type Koffi,
  type NativeLibraries,
  type NativeValue,
  type Pointer,
} from "./library.ts";
export { GGML_LAYOUT } from "./ggml-symbols.ts";
export { TENSOR_TYPES, tensorBytes, tensorTypeById, type TensorTypeName } from "./tensor-types.ts";
export { LLAMA_SENTINELS, LLAMA_STRUCTS, LLAMA_SYMBOLS } from "./llama-symbols.ts";
