export type { GgufContents, GgufFile, GgufMetadata, GgufNumberType, GgufTensor, GgufTensorSource, GgufValue } from "./types.ts";
