export { openOnnx } from "./open.ts";
export { unsupportedOnnx } from "./errors.ts";
export type { OnnxFile, OnnxFloat, OnnxNode, OnnxTensor } from "./types.ts";
