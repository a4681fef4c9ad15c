import { TunesmithError } from "../../errors.ts";

export function outOfMemory(what: string, bytes?: number): TunesmithError {
  const size = bytes === undefined ? "" : ` of ${Math.ceil(bytes / 2 ** 20)} MiB`;
  return new TunesmithError({
    code: "engine.out_of_memory",
    message: `Cannot allocate ${what}${size}: the device has not enough memory`,
    hint: "Lower --batch-size or --max-seq-length, or choose a smaller base type with load_in=q4_k.",
  });
}

export function computeFailed(status: number): TunesmithError {
  return new TunesmithError({ code: "engine.compute_failed", message: `The computation stopped: status ${status} instead of 0`, hint: "Run `tunesmith doctor`." });
}

export function deviceMissing(device: string, present: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "engine.device_missing",
    message: `Cannot use device ${device}: this machine offers ${present.join(", ") || "none"}`,
    hint: "Run `tunesmith doctor` to see what the backend needs, or use --device cpu.",
  });
}
