export { withAdapter } from "./adapted-source.ts";
export { readAdapter, writeAdapter } from "./adapter.ts";
export { convertAdapterToGguf } from "./convert-adapter.ts";
export { convertToGguf } from "./convert-gguf.ts";
export { openEncoder, type Embedding, type EmbedOptions, type Encoder, type EncoderOptions, type RankScore } from "./encoder.ts";
export type { EncoderConfig, Pooling } from "./encoder-config.ts";
export { writeMergedEncoderDirectory } from "./encoder-directory.ts";
export { convertEncoderToGguf } from "./encoder-gguf.ts";
export { onnxModelDirectory } from "./encoder-onnx.ts";
export { isEncoder, openEncoderSource, type EncoderSource } from "./encoder-source.ts";
export { writeMergedDirectory } from "./merged-directory.ts";
export { openModel } from "./open.ts";
export { openWeights, storedType, weightCount } from "./open-weights.ts";
export { writeModelAsGguf } from "./write-gguf.ts";
export type { Provenance } from "./provenance.ts";
export { findLicense } from "./source-description.ts";
export { withTokenizer } from "./types.ts";
export type {
  ConversionType,
  ConvertOptions,
  LlamaConfig,
  LoraAdapter,
  LoraModule,
  MergedDirectoryOptions,
  ReplacedWeight,
  RopeScaling,
  TensorInfo,
  WeightSource,
} from "./types.ts";
export { LINEAR_MODULES, loraScale, moduleName, moduleShape, type LinearModule, type LoraSettings } from "./lora.ts";
export { ropeFactors } from "./rope-factors.ts";
export { bucketLength, createFullModel, createLoraModel, paddedLength, parameterCount, type TrainingModel, type TrainingModelOptions } from "./training-model.ts";
export { randomStream } from "./random.ts";
export { supervisedTokens, type TrainingRow } from "./training-step.ts";
export type { BaseType } from "./training-weights.ts";
