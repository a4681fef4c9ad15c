export { openSafetensors, openSafetensorsDirectory } from "./open.ts";
export { SAFETENSORS_DTYPES, type SafetensorsDtype, type SafetensorsFile, type SafetensorsTensor, type SafetensorsTensorSource } from "./types.ts";
export { writeSafetensors, writeSafetensorsDirectory, type SafetensorsMetadata } from "./write.ts";
