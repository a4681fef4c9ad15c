import { TunesmithError } from "../../errors.ts";

export function brokenSafetensors(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "safetensors.broken", message: `Cannot read ${path}: ${reason}`, hint: "Download or save the file again: it is damaged, cut off, or not a safetensors file." });
}

export function unsupportedDtype(path: string, name: string, dtype: string): TunesmithError {
  return new TunesmithError({ code: "safetensors.unsupported_dtype", message: `Cannot read ${path}: ${name} has the element type ${dtype}, which this version does not know`, hint: "Save the model in F32, F16 or BF16." });
}

export function safetensorsTensorMissing(path: string, name: string): TunesmithError {
  return new TunesmithError({ code: "safetensors.tensor_missing", message: `Cannot read ${name} from ${path}: there is no such tensor`, hint: "Check that the model is whole and of a supported architecture." });
}

export function weightsMissing(directory: string, found: readonly string[]): TunesmithError {
  const pickles = found.filter((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  return new TunesmithError({
    code: "safetensors.weights_missing",
    message: `Cannot read weights from ${directory}: it has no model.safetensors and no model.safetensors.index.json${pickles.length > 0 ? `, only ${pickles.join(", ")}` : ""}`,
    hint: pickles.length > 0 ? "Save the model again with safe_serialization=True: pickle files can run code and are not read." : "Name a directory that holds a Hugging Face model.",
  });
}

export function unwritableSafetensors(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "safetensors.unwritable", message: `Cannot write ${path}: ${reason}` });
}
