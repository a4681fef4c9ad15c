// The value of a tensor with one element: a score is often saved as one. A few bytes are read where they stand.
import type { FileReader } from "../../files/index.ts";
import { halfToNumber } from "./pickle/numpy.ts";
import { DTYPE_BYTES } from "./pickle/tensors.ts";
import type { PickleTensor } from "./pickle/value.ts";
import type { TorchFile } from "./torch-file.ts";

const MOST_READS = 1000;

/** A reader of scalars that stops after a thousand of them. */
export function scalarReader(torch: TorchFile, file: FileReader): (tensor: PickleTensor) => number | undefined {
  let reads = 0;
  return ({ storage, dtype, offset, shape }) => {
    if (storage === undefined || shape.reduce((product, size) => product * size, 1) !== 1 || ++reads > MOST_READS) return undefined;
    const place = torch.place(storage.key);
    const size = DTYPE_BYTES[dtype] ?? 0;
    const at = (storage.start + offset) * size;
    if (place === undefined || size === 0 || at + size > place.sizeBytes || place.offset + at + size > file.sizeBytes) return undefined;
    return decode(dtype, new DataView(file.read(place.offset + at, size).buffer), torch.littleEndian);
  };
}

function decode(dtype: string, view: DataView, little: boolean): number | undefined {
  switch (dtype) {
    case "float64": return view.getFloat64(0, little);
    case "float32": return view.getFloat32(0, little);
    case "float16": return halfToNumber(view.getUint16(0, little));
    case "bfloat16": return new Float32Array(Uint32Array.of(view.getUint16(0, little) << 16).buffer)[0];
    case "int64": return Number(view.getBigInt64(0, little));
    case "int32": return view.getInt32(0, little);
    case "int16": return view.getInt16(0, little);
    case "int8": return view.getInt8(0);
    case "uint8": return view.getUint8(0);
    case "bool": return view.getUint8(0) === 0 ? 0 : 1;
    default: return undefined;
  }
}
