import { TunesmithError } from "../../errors.ts";

export function brokenOnnx(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "onnx.broken", message: `Cannot read ${path}: ${reason}`, hint: "Download or export the file again: it is damaged, cut off, or not an ONNX file." });
}

export function unsupportedOnnx(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "onnx.unsupported", message: `Cannot read ${path}: ${reason}`, hint: "Use the plain export of the model (model.onnx in F32, F16 or BF16), or its Hugging Face directory." });
}

export function onnxTensorMissing(path: string, name: string): TunesmithError {
  return new TunesmithError({ code: "onnx.tensor_missing", message: `Cannot read ${name} from ${path}: there is no such tensor`, hint: "Check that the model is whole and of a supported architecture." });
}
