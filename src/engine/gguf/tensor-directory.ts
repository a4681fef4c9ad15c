// The list of tensors in a GGUF header, checked against the file: names, shapes, types, alignment, range, overlap.
import { TENSOR_TYPES, tensorBytes, tensorTypeById } from "../ffi/index.ts";
import type { FileReader } from "../../files/index.ts";
import type { Cursor } from "./cursor.ts";
import { brokenGguf, unsupportedGguf } from "./errors.ts";
import { MAX_DIMENSIONS, MAX_TENSOR_NAME_BYTES, paddingTo } from "./layout.ts";
import type { GgufTensor } from "./types.ts";

/** Name length, number of dimensions, one dimension, type, offset. */
const MIN_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8;

/** Tensors by name, with offsets from the start of the file. @throws `gguf.broken`, `gguf.unsupported` */
export function readTensorDirectory(file: FileReader, cursor: Cursor, count: number, alignment: number): ReadonlyMap<string, GgufTensor> {
  if (count * MIN_TENSOR_BYTES > cursor.remaining) throw brokenGguf(file.path, `it announces ${count} tensors, ${cursor.remaining} bytes are left for them`);
  const relative: GgufTensor[] = [];
  for (let index = 0; index < count; index++) relative.push(readTensor(file.path, cursor, index, alignment));
  const start = cursor.position + paddingTo(alignment, cursor.position);
  const tensors = new Map<string, GgufTensor>();
  for (const tensor of relative) {
    const placed = { ...tensor, offset: tensor.offset + start };
    if (placed.offset + placed.sizeBytes > file.sizeBytes) {
      throw brokenGguf(file.path, `${tensor.name} reaches to byte ${placed.offset + placed.sizeBytes}, the file ends at ${file.sizeBytes}`);
    }
    if (tensors.has(tensor.name)) throw brokenGguf(file.path, `the tensor ${tensor.name} stands in it twice`);
    tensors.set(tensor.name, placed);
  }
  refuseOverlap(file.path, [...tensors.values()]);
  return tensors;
}

function readTensor(path: string, cursor: Cursor, index: number, alignment: number): GgufTensor {
  const name = cursor.text(`the name of tensor ${index}`, MAX_TENSOR_NAME_BYTES + 1);
  const dimensionCount = cursor.u32(`the number of dimensions of ${name}`);
  if (dimensionCount < 1 || dimensionCount > MAX_DIMENSIONS) throw brokenGguf(path, `${name} has ${dimensionCount} dimensions, 1 to ${MAX_DIMENSIONS} are possible`);
  const dimensions = Array.from({ length: dimensionCount }, (_, axis) => cursor.u64(`dimension ${axis} of ${name}`));
  const elements = dimensions.reduce((product, size) => product * size, 1);
  if (elements < 1 || !Number.isSafeInteger(elements)) throw brokenGguf(path, `${name} has the impossible shape ${dimensions.toReversed().join(" × ")}`);
  const typeId = cursor.u32(`the type of ${name}`);
  const type = tensorTypeById(typeId);
  if (type === undefined) throw unsupportedGguf(path, `${name} has the tensor type ${typeId}, which this version does not read`);
  const { blockSize } = TENSOR_TYPES[type];
  if ((dimensions[0] ?? 0) % blockSize !== 0) throw brokenGguf(path, `${name} has rows of ${dimensions[0]}, ${type} needs multiples of ${blockSize}`);
  const offset = cursor.u64(`the offset of ${name}`);
  if (offset % alignment !== 0) throw brokenGguf(path, `${name} lies at offset ${offset}, it needs to be a multiple of ${alignment}`);
  return { name, shape: dimensions.toReversed(), type, offset, sizeBytes: tensorBytes(type, elements) };
}

function refuseOverlap(path: string, tensors: readonly GgufTensor[]): void {
  const byOffset = tensors.toSorted((a, b) => a.offset - b.offset);
  for (const [index, next] of byOffset.entries()) {
    const before = byOffset[index - 1];
    if (before !== undefined && before.offset + before.sizeBytes > next.offset) throw brokenGguf(path, `the tensors ${before.name} and ${next.name} overlap`);
  }
}
