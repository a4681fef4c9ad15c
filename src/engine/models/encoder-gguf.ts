// A BERT as one GGUF file, tensor by tensor: read, merge in f32, encode, write.
import { basename } from "node:path";
import { ggufNumber, ggufText, writeGguf, type GgufTensorSource, type GgufValue } from "../gguf/index.ts";
import { ggufTokenizerMetadata } from "../tokenizer/index.ts";
import { encodeRows, fileType, fittingType } from "./encode-rows.ts";
import { ggufEncoderMetadata } from "./encoder-config.ts";
import type { EncoderSource } from "./encoder-source.ts";
import { encoderName, encoderTensors, staysF32 } from "./encoder-tensors.ts";
import { checkModules, mergedRows } from "./merge.ts";
import { provenanceMetadata } from "./provenance.ts";
import { describeSource } from "./source-description.ts";
import type { ConvertOptions, LoraAdapter } from "./types.ts";

/**
 * Converts a BERT, with an adapter merged in if one is given; pooler and classifier are kept. Matrices get `type` (or the nearest type their
 * rows fit); vectors and the embeddings of positions and token types stay f32. Streams; the file appears whole or not at all.
 * @throws `files.disk_too_small`, `models.adapter_mismatch`, `tokenizer.unsupported`
 */
export function convertEncoderToGguf(source: EncoderSource, path: string, options: ConvertOptions): void {
  const tensors = encoderTensors(source.config);
  const adapter = options.adapter === undefined ? undefined : withEncoderNames(options.adapter);
  if (adapter !== undefined) checkModules(adapter, tensors);
  const metadata = new Map<string, GgufValue>([
    ...ggufEncoderMetadata(source.config),
    ["general.type", ggufText("model")],
    ["general.name", ggufText(basename(source.path).replace(/\.gguf$/, ""))],
    ...describeSource(source, { isAdapted: options.adapter !== undefined }),
    ["general.file_type", ggufNumber(fileType(options.type))],
    ["general.quantization_version", ggufNumber(2)],
    ...ggufTokenizerMetadata(source.tokenizer, source.config.vocabSize, source.path),
    ...provenanceMetadata(options.provenance),
  ]);
  writeGguf(path, {
    metadata,
    tensors: tensors.map((tensor): GgufTensorSource => {
      const rowLength = tensor.shape.at(-1) ?? 1;
      const type = staysF32(tensor) ? "f32" : fittingType(options.type, rowLength);
      return { name: tensor.gguf, shape: tensor.shape, type, bytes: () => pieces(tensor.name, type, rowLength) };
    }),
  });

  function* pieces(name: string, type: ReturnType<typeof fittingType>, rowLength: number): Generator<Uint8Array> {
    for (const values of mergedRows(source, name, adapter)) yield encodeRows(type, values, rowLength);
  }
}

/** The adapter with its modules named as in `encoderTensors`. */
export function withEncoderNames(adapter: LoraAdapter): LoraAdapter {
  const renamed = <T>(entries: Iterable<readonly [string, T]>): ReadonlyMap<string, T> => new Map([...entries].map(([name, value]) => [encoderName(name), value]));
  return { ...adapter, modules: renamed(adapter.modules), replaced: renamed(adapter.replaced ?? []) };
}
