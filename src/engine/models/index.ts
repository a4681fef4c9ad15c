export type {
  ConversionType,
  ConvertOptions,
  LlamaConfig,
  LoraAdapter,
  LoraModule,
  MergedDirectoryOptions,
  RopeScaling,
  TensorInfo,
  WeightSource,
} from "./types.ts";
