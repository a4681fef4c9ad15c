import { dirname, join } from "node:path";
import { openFile, type FileReader } from "../../files/index.ts";
import { brokenOnnx, onnxTensorMissing, unsupportedOnnx } from "./errors.ts";
import { readGraph } from "./graph.ts";
import type { StoredTensor } from "./tensor.ts";
import type { OnnxFile } from "./types.ts";
import { openWire } from "./wire.ts";

const MOST_FILES = 1000;

/**
 * Opens an ONNX file and reads its graph; tensors are read by range later, also from data files beside it. Close it.
 * @throws `files.missing`, `onnx.broken`, `onnx.unsupported`
 */
export function openOnnx(path: string): OnnxFile {
  const own = openFile(path);
  const beside = new Map<string, FileReader>();
  const close = (): void => [own, ...beside.values()].forEach((file) => file.close());
  const fileOf = ({ location }: StoredTensor): FileReader => (location === undefined ? own : beside.get(location)) ?? own;
  try {
    const { nodes, tensors } = readGraph(openWire(own));
    for (const { location } of tensors.values()) {
      if (location === undefined || beside.has(location)) continue;
      if (beside.size === MOST_FILES) throw unsupportedOnnx(path, `its tensors lie in more than ${MOST_FILES} files`);
      beside.set(location, openFile(join(dirname(path), location)));
    }
    for (const tensor of tensors.values()) {
      const { sizeBytes } = fileOf(tensor);
      if (tensor.offset + tensor.sizeBytes > sizeBytes) throw brokenOnnx(path, `the tensor ${tensor.name} ends at byte ${tensor.offset + tensor.sizeBytes} of ${tensor.location ?? "it"}, which has ${sizeBytes}`);
    }
    return {
      path,
      files: [own, ...beside.values()].map((file) => file.path),
      nodes,
      tensors,
      readRange(name, start, length) {
        const tensor = tensors.get(name);
        if (tensor === undefined) throw onnxTensorMissing(path, name);
        if (start < 0 || length < 0 || start + length > tensor.sizeBytes) throw new RangeError(`Cannot read ${name}: bytes ${start}..${start + length} are outside its ${tensor.sizeBytes} bytes`);
        return fileOf(tensor).read(tensor.offset + start, length);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
