import { TunesmithError } from "../../errors.ts";

export function notInspectable(path: string, state: string): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.not_inspectable",
    message: `Cannot inspect ${path}: ${state}`,
    hint: "Name a .ckpt, .pt, .pth, .bin, .safetensors or .gguf file, or the directory of an adapter or a model.",
  });
}

export function inspectionBroken(path: string, reason: string): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.inspection_broken",
    message: `Cannot inspect ${path}: ${reason}`,
    hint: "Copy the file again: it is damaged, cut off, or not what its name says.",
  });
}
