import { openFile } from "../../files/index.ts";
import { ggufTensorMissing } from "./errors.ts";
import { readHeader } from "./header.ts";
import type { GgufFile, GgufTensor } from "./types.ts";

/**
 * Opens a GGUF file (version 2 or 3, little-endian) and checks its whole header; tensors are read by range later. Close it.
 * @throws `files.missing`, `gguf.not_gguf`, `gguf.unsupported`, `gguf.broken`
 */
export function openGguf(path: string): GgufFile {
  const file = openFile(path);
  try {
    const { metadata, tensors } = readHeader(file);
    const find = (name: string): GgufTensor => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw ggufTensorMissing(path, name);
      return tensor;
    };
    return {
      path,
      metadata,
      tensors,
      read(name) {
        const { offset, sizeBytes } = find(name);
        return file.read(offset, sizeBytes);
      },
      readRange(name, start, length) {
        const { offset, sizeBytes } = find(name);
        if (start < 0 || length < 0 || start + length > sizeBytes) throw new RangeError(`Cannot read ${name}: bytes ${start}..${start + length} are outside its ${sizeBytes} bytes`);
        return file.read(offset + start, length);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
