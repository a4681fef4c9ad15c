// The tensors of adapter_model.safetensors by what they are: pairs of LoRA matrices, lengths of DoRA, whole weights of modules_to_save.
// Source of the names: peft/src/peft/utils/save_and_load.py (0.21).
import type { SafetensorsFile, SafetensorsTensorSource } from "../safetensors/index.ts";
import type { AdapterConfig } from "./adapter-config.ts";
import { adapterUnusable } from "./errors.ts";
import { bf16ToF32, bytesToF32, f16ToF32, f32ToBytes } from "./floats.ts";
import { loraScale } from "./lora.ts";
import type { LoraAdapter, LoraModule } from "./types.ts";

const PREFIX = "base_model.model.";
const AGAIN = "Download the adapter again.";
const PARTS = { lora_A: "a", lora_B: "b", lora_embedding_A: "embeddingA", lora_embedding_B: "embeddingB", lora_magnitude_vector: "magnitude" } as const;

/** Names in the file, by the name of the module. */
type ModuleTensors = { -readonly [part in (typeof PARTS)[keyof typeof PARTS]]?: string };

export interface AdapterTensors {
  readonly modules: ReadonlyMap<string, ModuleTensors>;
  /** Name of the weight → name in the file. */
  readonly replaced: ReadonlyMap<string, string>;
}

/** @throws `models.adapter_unusable` */
export function sortAdapterTensors(directory: string, names: Iterable<string>): AdapterTensors {
  const modules = new Map<string, ModuleTensors>();
  const replaced = new Map<string, string>();
  for (const tensorName of names) {
    const [, module, part] = /^base_model\.model\.(.+)\.(lora_(?:embedding_)?[AB]|lora_magnitude_vector)(?:\.[^.]+)?(?:\.weight)?$/.exec(tensorName) ?? [];
    const [, whole, kind] = /^base_model\.model\.(.+?)(?:\.modules_to_save(?:\.[^.]+)?)?(?:\.base_layer)?\.(weight|bias)$/.exec(tensorName) ?? [];
    if (module !== undefined) modules.set(module, { ...modules.get(module), [PARTS[part as keyof typeof PARTS]]: tensorName });
    else if (whole !== undefined) replaced.set(`${whole}.${kind}`, tensorName);
    else throw adapterUnusable(directory, `it holds ${tensorName}, which is neither a LoRA matrix nor a weight`, "Merge it with PEFT (merge_and_unload) and use the merged model.");
  }
  if (modules.size + replaced.size === 0) throw adapterUnusable(directory, "it holds no LoRA matrices", AGAIN);
  return { modules: new Map([...modules].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))), replaced };
}

/** @throws `models.adapter_unusable` */
export function readModule(directory: string, file: SafetensorsFile, name: string, tensors: ModuleTensors, config: AdapterConfig): LoraModule {
  const isEmbedding = tensors.embeddingA !== undefined || tensors.embeddingB !== undefined;
  const [a, b] = isEmbedding ? [tensors.embeddingB, tensors.embeddingA] : [tensors.a, tensors.b];
  if (a === undefined || b === undefined) throw adapterUnusable(directory, `${name} has only one of its two matrices`, AGAIN);
  // An embedding looks its tokens up by column of A: both matrices lie across.
  const shapeOf = (tensor: string) => (isEmbedding ? (matrixShape(directory, file, tensor).toReversed() as [number, number]) : matrixShape(directory, file, tensor));
  const [r, inFeatures] = shapeOf(a);
  const [outFeatures, rOfB] = shapeOf(b);
  const settings = config.settingsOf(name);
  if (r !== rOfB || r !== settings.r) throw adapterUnusable(directory, `the matrices of ${name} have the ranks ${r} and ${rOfB}, the configuration says ${settings.r}`, AGAIN);
  const valuesOf = (tensor: string, rows: number): Float32Array => (isEmbedding ? transpose(readFloats(directory, file, tensor), rows) : readFloats(directory, file, tensor));
  const module = { a: valuesOf(a, inFeatures), b: valuesOf(b, r), inFeatures, outFeatures, r, scale: loraScale({ r, alpha: settings.alpha, useRslora: config.useRslora }) };
  if (!config.useDora) return module;
  const magnitude = tensors.magnitude === undefined || isEmbedding ? new Float32Array() : readFloats(directory, file, tensors.magnitude);
  if (magnitude.length !== outFeatures) throw adapterUnusable(directory, `${name} has ${magnitude.length} lengths of rows for DoRA, it needs ${outFeatures}`, AGAIN);
  return { ...module, magnitude };
}

/** @throws `models.adapter_unusable` */
export function readFloats(directory: string, file: SafetensorsFile, name: string, rows?: { readonly first: number; readonly count: number }): Float32Array {
  const { dtype, shape = [], sizeBytes = 0 } = file.tensors.get(name) ?? {};
  const rowBytes = sizeBytes / (shape.length === 2 ? (shape[0] ?? 1) : 1);
  const bytes = rows === undefined ? file.read(name) : file.readRange(name, rows.first * rowBytes, rows.count * rowBytes);
  if (dtype === "F32") return bytesToF32(bytes);
  if (dtype === "F16") return f16ToF32(bytes);
  if (dtype === "BF16") return bf16ToF32(bytes);
  throw adapterUnusable(directory, `${name} is stored as ${String(dtype)}, F32, F16 and BF16 can be read`, "Save the adapter in F32.");
}

/** The tensors of an adapter as PEFT names them. */
export function adapterTensors(adapter: LoraAdapter): readonly SafetensorsTensorSource[] {
  const tensor = (name: string, shape: readonly number[], values: () => Float32Array): SafetensorsTensorSource => ({ name: `${PREFIX}${name}`, dtype: "F32", shape, bytes: () => f32ToBytes(values()) });
  return [
    ...[...adapter.modules].flatMap(([name, { a, b, r, inFeatures, outFeatures, magnitude }]) => {
      if (isEmbeddingModule(name)) return [tensor(`${name}.lora_embedding_A`, [r, outFeatures], () => transpose(b, outFeatures)), tensor(`${name}.lora_embedding_B`, [inFeatures, r], () => transpose(a, r))];
      return [
        tensor(`${name}.lora_A.weight`, [r, inFeatures], () => a),
        tensor(`${name}.lora_B.weight`, [outFeatures, r], () => b),
        ...(magnitude === undefined ? [] : [tensor(`${name}.lora_magnitude_vector`, [outFeatures], () => magnitude)]),
      ];
    }),
    ...[...(adapter.replaced ?? [])].map(([name, { shape, readRowsF32 }]) => tensor(name, shape, () => readRowsF32(0, shape.length === 2 ? (shape[0] ?? 0) : 1))),
  ];
}

/** PEFT keeps the matrices of an embedding across. */
export function isEmbeddingModule(name: string): boolean {
  return name.endsWith("embed_tokens");
}

function matrixShape(directory: string, file: SafetensorsFile, name: string): readonly [number, number] {
  const shape = file.tensors.get(name)?.shape ?? [];
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined || rows * columns === 0) throw adapterUnusable(directory, `${name} has the shape [${shape.join(", ")}], not that of a matrix`, AGAIN);
  return [rows, columns];
}

/** `[rows, columns]` → `[columns, rows]`. */
export function transpose(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!;
  return turned;
}
