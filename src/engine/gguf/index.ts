export { findBoolean, findNumber, findText, ggufBoolean, ggufNumber, ggufText, needNumber, needText } from "./metadata.ts";
export { openGguf } from "./open.ts";
export type { GgufContents, GgufFile, GgufMetadata, GgufNumberType, GgufTensor, GgufTensorSource, GgufValue } from "./types.ts";
export { writeGguf } from "./write.ts";
