import { TunesmithError } from "../../errors.ts";

export function notGguf(path: string, found: string): TunesmithError {
  return new TunesmithError({
    code: "gguf.not_gguf",
    message: `Cannot read ${path}: it starts with ${found}, a GGUF file starts with "GGUF"`,
    hint: "Name a .gguf file, or a Hugging Face model directory.",
  });
}

export function unsupportedGguf(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "gguf.unsupported", message: `Cannot read ${path}: ${reason}`, hint: "Convert the model to GGUF again with a current converter." });
}

export function brokenGguf(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "gguf.broken", message: `Cannot read ${path}: ${reason}`, hint: "Download or convert the file again: it is damaged or was cut off." });
}

export function ggufTensorMissing(path: string, name: string): TunesmithError {
  return new TunesmithError({ code: "gguf.tensor_missing", message: `Cannot read ${name} from ${path}: the file has no such tensor`, hint: "Check that the file is a whole model of a supported architecture." });
}

export function ggufKeyMissing(key: string, needed: string, found: string): TunesmithError {
  return new TunesmithError({ code: "gguf.key_missing", message: `Cannot read the GGUF metadata: ${key} is ${found}, it needs to be ${needed}`, hint: "Convert the model to GGUF again: its metadata is incomplete." });
}

export function unwritableGguf(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "gguf.unwritable", message: `Cannot write ${path}: ${reason}` });
}
