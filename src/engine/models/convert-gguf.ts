// A model as one GGUF file, tensor by tensor: read, merge in f32, reorder q and k, encode, write.
import { basename } from "node:path";
import { ggufNumber, ggufText, writeGguf, type GgufTensorSource, type GgufValue } from "../gguf/index.ts";
import { ggufTokenizerMetadata } from "../tokenizer/index.ts";
import { withAdapter } from "./adapted-source.ts";
import { ggufConfigMetadata } from "./config-gguf.ts";
import { fileType, fittingType } from "./encode-rows.ts";
import { encodedRows } from "./encoded-rows.ts";
import { f32ToBytes } from "./floats.ts";
import { isRotated } from "./permute.ts";
import { provenanceMetadata } from "./provenance.ts";
import { ropeFactors } from "./rope-factors.ts";
import { describeSource } from "./source-description.ts";
import { modelTensors, ROPE_FACTORS, type ModelTensor } from "./tensor-names.ts";
import type { ConversionType, ConvertOptions, WeightSource } from "./types.ts";

/**
 * Converts a model, with an adapter merged in if one is given. Matrices get `type` (or the nearest type their rows fit), vectors stay f32.
 * Streams: memory holds one piece of one tensor. The file appears whole or not at all.
 * @throws `files.disk_too_small`, `models.adapter_mismatch`, `tokenizer.pre_unknown`, `tokenizer.unsupported`
 */
export function convertToGguf(base: WeightSource, path: string, options: ConvertOptions): void {
  const source = options.adapter === undefined ? base : withAdapter(base, options.adapter);
  const { config } = source;
  const name = basename(source.path).replace(/\.gguf$/, "");
  const metadata = new Map<string, GgufValue>([
    ...ggufConfigMetadata(config),
    ["general.type", ggufText("model")],
    ["general.name", ggufText(name)],
    ...describeSource(base, { isAdapted: options.adapter !== undefined }),
    ["general.file_type", ggufNumber(fileType(options.type))],
    ["general.quantization_version", ggufNumber(2)],
    ...ggufTokenizerMetadata(source.tokenizer, config.vocabSize, source.path),
    ...provenanceMetadata(options.provenance),
  ]);
  writeGguf(path, { metadata, tensors: [...ropeTensor(source), ...modelTensors(config).map((tensor) => tensorSource(source, tensor, options.type))] });
}

function tensorSource(source: WeightSource, { name, gguf, shape }: ModelTensor, wanted: ConversionType): GgufTensorSource {
  const rowLength = shape.at(-1) ?? 1;
  const type = shape.length === 1 ? "f32" : fittingType(wanted, rowLength);
  const interleavedHeadDim = isRotated(name, source.config) ? source.config.headDim : undefined;
  return { name: gguf, shape, type, bytes: () => encodedRows(source, name, { type, interleavedHeadDim }) };
}

/** Llama 3's frequency scaling is not metadata in a GGUF, but a tensor. */
function ropeTensor({ config }: WeightSource): readonly GgufTensorSource[] {
  const factors = ropeFactors(config);
  return factors === undefined ? [] : [{ name: ROPE_FACTORS, shape: [factors.length], type: "f32", bytes: () => f32ToBytes(factors) }];
}
