export { SAFETENSORS_DTYPES, type SafetensorsDtype, type SafetensorsFile, type SafetensorsTensor, type SafetensorsTensorSource } from "./types.ts";
