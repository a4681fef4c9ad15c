// A BERT exported to ONNX, as torch.onnx and optimum write it, for the graph of this room: the exporters keep the names of most weights, but lay
// the matrices of linear layers across and call them by numbers. Such a matrix is known by the bias that is added to its product, or by the name
// of the node that multiplies with it.
import { dirname, join } from "node:path";
import { isFile, readJson } from "../../files/index.ts";
import { openOnnx, unsupportedOnnx, type OnnxFile, type OnnxNode } from "../onnx/index.ts";
import { loadTokenizerDirectory } from "../tokenizer/index.ts";
import { isEncoderConfig, parseEncoderConfig, type EncoderConfig } from "./encoder-config.ts";
import { encoderName, encoderTensors, isEncoderDispensable } from "./encoder-tensors.ts";
import { notAModel } from "./errors.ts";
import type { TensorStore } from "./tensor-store.ts";

/** Where a weight lies in the file. */
interface Place {
  readonly tensor: string;
  /** `[in, out]` instead of `[out, in]`. */
  readonly across: boolean;
}

const INTEGER_OPS = /^(DynamicQuantizeLinear|QuantizeLinear|DequantizeLinear|MatMulInteger|QLinearMatMul|QGemm|MatMulNBits|DynamicQuantizeMatMul|MatMulIntegerToFloat|QAttention)$/;
const POSITIONS = "embeddings.position_embeddings.weight";
/** A chain of nodes that only pass a tensor on; a longer one is a circle. */
const MOST_STEPS = 16;

/** The ONNX file of a model directory that has no safetensors, or undefined. */
export function findOnnx(directory: string): string | undefined {
  return [join(directory, "model.onnx"), join(directory, "onnx", "model.onnx")].find((path) => isFile(path));
}

/** The directory of the model that an ONNX file belongs to: its own, or the one above, as `onnx/model.onnx` lies on the Hub. */
export function onnxModelDirectory(path: string): string {
  return [dirname(path), dirname(dirname(path))].find((directory) => isFile(join(directory, "config.json"))) ?? dirname(path);
}

/** @throws `files.missing`, `onnx.*`, `models.*`, `tokenizer.*` */
export function openOnnxStore(path: string): TensorStore<EncoderConfig> {
  const directory = onnxModelDirectory(path);
  const configPath = join(directory, "config.json");
  if (!isFile(configPath)) throw notAModel(path, "no config.json lies beside it or one folder up", "Keep config.json and tokenizer.json of the model with its ONNX file.");
  const json = readJson(configPath);
  if (!isEncoderConfig(json)) throw notAModel(path, "the config.json beside it is not that of a BERT", "Name the ONNX file of a BERT cross-encoder, such as ms-marco-MiniLM-L-6-v2.");
  const tokenizer = loadTokenizerDirectory(directory);
  const file = openOnnx(path);
  try {
    const places = findPlaces(file);
    const shapeOf = (name: string): readonly number[] | undefined => {
      const place = places.get(name);
      const shape = place && file.tensors.get(place.tensor)?.shape;
      return place?.across === true ? shape?.toReversed() : shape;
    };
    const poolingPath = join(directory, "1_Pooling", "config.json");
    const config = parseEncoderConfig(path, json, {
      pooler: places.has("pooler.dense.weight"),
      outputs: shapeOf("classifier.weight")?.[0] ?? 0,
      pooling: isFile(poolingPath) ? readJson(poolingPath) : undefined,
    });
    requireBert(file, places, config);
    let turned: { readonly name: string; readonly bytes: Uint8Array } | undefined;
    return {
      path: directory,
      format: "hf",
      config,
      tokenizer,
      files: [...file.files, configPath, join(directory, "tokenizer.json"), ...(isFile(poolingPath) ? [poolingPath] : [])],
      find(name) {
        const type = file.tensors.get(places.get(name)?.tensor ?? "")?.type;
        const shape = shapeOf(name);
        return type === undefined || shape === undefined ? undefined : { type, shape };
      },
      readRows(name, first, count) {
        const { tensor, across } = places.get(name) ?? { tensor: name, across: false };
        const { shape = [], sizeBytes = 0 } = file.tensors.get(tensor) ?? {};
        const rows = across ? shape[1]! : shape.length === 1 ? 1 : (shape[0] ?? 1);
        const rowBytes = sizeBytes / rows;
        if (!across) return file.readRange(tensor, first * rowBytes, count * rowBytes);
        if (turned?.name !== name) turned = { name, bytes: turnedOver(file.readRange(tensor, 0, sizeBytes), shape[0]!, rows) };
        return turned.bytes.subarray(first * rowBytes, (first + count) * rowBytes);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Every weight that can be named. @throws `onnx.unsupported` for graphs that are no longer those of the exporter */
function findPlaces(file: OnnxFile): ReadonlyMap<string, Place> {
  const { path, nodes, tensors } = file;
  for (const { op, domain } of nodes) {
    if (INTEGER_OPS.test(op)) throw unsupportedOnnx(path, `its weights are quantized (${op}), floating-point ones can be read`);
    if (domain !== "" && domain !== "ai.onnx") throw unsupportedOnnx(path, `its graph was rewritten for one runtime (${op} of ${domain})`);
  }
  const passes = new Map(nodes.filter(({ op }) => op === "Identity" || op === "Transpose").map((node) => [node.outputs[0] ?? "", node]));
  const resolve = (name: string): Place | undefined => {
    let across = false;
    let found = name;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (tensors.has(found)) return { tensor: found, across };
      const node = passes.get(found);
      if (node === undefined) return undefined;
      if (node.op === "Transpose") across = !across;
      found = node.inputs[0] ?? "";
    }
    return undefined;
  };
  const places = new Map<string, Place>();
  const put = (name: string, place: Place): void => {
    const known = places.get(name);
    if (known !== undefined && (known.tensor !== place.tensor || known.across !== place.across)) throw unsupportedOnnx(path, `it multiplies with two matrices for ${name}`);
    places.set(name, place);
  };
  const additions = new Map(nodes.filter(({ op }) => op === "Add").flatMap((node) => node.inputs.map((input) => [input, node] as const)));
  for (const node of nodes) {
    const [, weight = "", bias = ""] = node.inputs;
    const place = node.op === "MatMul" || node.op === "Gemm" ? resolve(weight) : undefined;
    if (place === undefined || tensors.get(place.tensor)?.shape.length !== 2) continue;
    const isTurned = node.op === "Gemm" && node.numbers.get("transB") === 1;
    if (node.op === "Gemm" && (node.numbers.get("transA") === 1 || [node.numbers.get("alpha"), node.numbers.get("beta")].some((factor) => (factor ?? 1) !== 1))) {
      throw unsupportedOnnx(path, `${node.name || "a node"} multiplies in another way than a linear layer`);
    }
    const added = node.op === "Gemm" ? bias : additions.get(node.outputs[0] ?? "")?.inputs.find((input) => input !== node.outputs[0]);
    const name = weightName(node, place.tensor, added === undefined || parameterName(added) !== undefined ? added : resolve(added)?.tensor);
    if (name === undefined) throw unsupportedOnnx(path, `${node.name || "a node"} multiplies with ${place.tensor}, which nothing names`);
    put(name, { ...place, across: place.across === isTurned });
  }
  for (const name of [...tensors.keys(), ...passes.keys()]) {
    const own = parameterName(name);
    const place = own === undefined || places.has(own) ? undefined : resolve(name);
    if (own !== undefined && place !== undefined && passes.get(name)?.op !== "Transpose") put(own, place);
  }
  return places;
}

/** By its own name, else by its bias, else by its node: `/bert/encoder/layer.0/output/dense/MatMul`. */
function weightName({ op, name }: OnnxNode, tensor: string, bias: string | undefined): string | undefined {
  const own = parameterName(tensor);
  if (own !== undefined) return own;
  const ofBias = bias === undefined ? undefined : parameterName(bias);
  if (ofBias?.endsWith(".bias") === true) return ofBias.replace(/bias$/, "weight");
  const layer = name.endsWith(`/${op}`) ? name.slice(0, -op.length - 1).replace(/^\//, "").replaceAll("/", ".") : "";
  return layer === "" ? undefined : parameterName(`${layer}.weight`);
}

/** The name in `encoderTensors` of what an exporter calls `bert.…` or, in a wrapped model, `model.bert.…`; undefined for its own inventions. */
function parameterName(name: string): string | undefined {
  const plain = encoderName(name.replace(/^(?:\w+\.)*?(?=(?:bert|embeddings|encoder|pooler|classifier)\.)/, ""));
  return /^(embeddings|encoder|pooler|classifier)\..*(weight|bias)$/.test(plain) ? plain : undefined;
}

/** Nothing may be left over that the model was computed with. */
function requireBert({ path }: OnnxFile, places: ReadonlyMap<string, Place>, config: EncoderConfig): void {
  const expected = new Set(encoderTensors(config).map(({ name }) => name));
  const foreign = [...places.keys()].find((name) => !expected.has(name) && !isEncoderDispensable(name));
  if (foreign !== undefined) throw unsupportedOnnx(path, `it holds ${foreign}, which the BERT of its config.json does not have`);
  if (!places.has(POSITIONS)) throw unsupportedOnnx(path, "it was exported for texts of one length: its table of positions is missing");
}

/** `[rows, columns]` → `[columns, rows]`, whatever an element is. */
function turnedOver(bytes: Uint8Array, rows: number, columns: number): Uint8Array {
  const elements = bytes.length === rows * columns * 4 ? new Uint32Array(bytes.buffer, bytes.byteOffset, rows * columns) : new Uint16Array(bytes.buffer, bytes.byteOffset, rows * columns);
  const turned = elements.slice();
  for (let row = 0; row < rows; row += 1) for (let column = 0; column < columns; column += 1) turned[column * rows + row] = elements[row * columns + column]!;
  return new Uint8Array(turned.buffer);
}
