// One TensorProto: its name, type and shape, and where its values lie; the values are not read.
// Source: onnx/onnx.proto and docs/ExternalData.md of onnx.
import { brokenOnnx, unsupportedOnnx } from "./errors.ts";
import { ONNX_FLOATS, type OnnxTensor } from "./types.ts";
import type { Field, Wire } from "./wire.ts";

/** Values in the file itself, or in one beside it. */
export interface StoredTensor extends OnnxTensor {
  readonly offset: number;
  /** Name of the file beside it. */
  readonly location: string | undefined;
}

const MOST_DIMENSIONS = 8;
const ELEMENT_BYTES = { f32: 4, f16: 2, bf16: 2 } as const;

/** @throws `onnx.broken`, `onnx.unsupported` */
export function readTensor(wire: Wire, { start, end }: Field): StoredTensor {
  const { path } = wire;
  const shape: number[] = [];
  const external = new Map<string, string>();
  let name = "";
  let dataType = 0;
  let isExternal = false;
  let raw: Field | undefined;
  let floats: Field | undefined;
  let otherValues = false;
  for (const field of wire.fields(start, end)) {
    if (field.number === 1) shape.push(...wire.integers(field));
    else if (field.number === 2) dataType = field.value;
    else if (field.number === 4) {
      // Several stretches, or numbers one by one, are allowed by the format; no exporter writes them.
      if (floats !== undefined || field.wire !== 2) throw unsupportedOnnx(path, `its tensor ${name} holds numbers one by one`);
      floats = field;
    } else if (field.number === 8) name = wire.text(field);
    else if (field.number === 9) raw = field;
    else if (field.number === 13) external.set(...readEntry(wire, field));
    else if (field.number === 14) isExternal = field.value === 1;
    else if (field.number === 5 || field.number === 7 || field.number === 10 || field.number === 11) otherValues = true;
    if (shape.length > MOST_DIMENSIONS) throw brokenOnnx(path, `a tensor has more than ${MOST_DIMENSIONS} dimensions`);
  }
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) throw brokenOnnx(path, `the tensor ${name} has the shape [${shape.join(", ")}]`);
  const type = ONNX_FLOATS[dataType as keyof typeof ONNX_FLOATS];
  const place = { name, type, dataType, shape, offset: 0, location: undefined };
  if (type === undefined) return { ...place, sizeBytes: 0 };
  const sizeBytes = shape.reduce((product, size) => product * size, ELEMENT_BYTES[type]);
  if (isExternal) return { ...place, sizeBytes, ...externalPlace(path, name, external, sizeBytes) };
  const values = raw ?? (type === "f32" ? floats : undefined);
  if (values === undefined && otherValues) throw unsupportedOnnx(path, `its tensor ${name} holds ${type} numbers as whole ones`);
  const found = values === undefined ? 0 : values.end - values.start;
  if (found !== sizeBytes) throw brokenOnnx(path, `the tensor ${name} has ${found} bytes, its shape [${shape.join(", ")}] in ${type} needs ${sizeBytes}`);
  return { ...place, sizeBytes, offset: values?.start ?? 0 };
}

/** A file name without folders: nothing outside the model's own folder is ever read. */
function externalPlace(path: string, name: string, entries: ReadonlyMap<string, string>, sizeBytes: number): Pick<StoredTensor, "offset" | "location"> {
  const location = entries.get("location") ?? "";
  const offset = Number(entries.get("offset") ?? "0");
  const length = Number(entries.get("length") ?? String(sizeBytes));
  if (!/^[^/\\]+$/.test(location) || location === "." || location === "..") throw unsupportedOnnx(path, `its tensor ${name} lies in ${JSON.stringify(location)}, which is not a file beside it`);
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== sizeBytes) throw brokenOnnx(path, `the tensor ${name} has ${length} bytes at ${offset} of ${location}, its shape needs ${sizeBytes}`);
  return { location, offset };
}

function readEntry(wire: Wire, { start, end }: Field): [string, string] {
  let [key, value] = ["", ""];
  for (const field of wire.fields(start, end)) {
    if (field.number === 1) key = wire.text(field);
    else if (field.number === 2) value = wire.text(field);
  }
  return [key, value];
}
