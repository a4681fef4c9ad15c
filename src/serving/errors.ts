import { TunesmithError } from "../errors.ts";

export function servingBusy(waiting: number, retryAfterSeconds: number): TunesmithError {
  return new TunesmithError({
    code: "serving.busy",
    message: `Cannot answer now: ${waiting} requests are waiting, no more are taken`,
    hint: `Try again in ${retryAfterSeconds} s.`,
    details: { waiting, retry_after_s: retryAfterSeconds },
  });
}

export function modelCrashed(how: string, stderr: string): TunesmithError {
  const last = stderr.trim().split("\n").slice(-3).join("\n");
  return new TunesmithError({
    code: "serving.model_crashed",
    message: `Cannot run the model: its process ended with ${how}${last === "" ? "" : `\n${last}`}`,
    hint: "Try again: the model is loaded anew. If it repeats, check the model file.",
    details: { how, stderr },
  });
}

export function servingClosed(): TunesmithError {
  return new TunesmithError({ code: "serving.closed", message: "Cannot answer: the model was closed", hint: "Start the server again." });
}

export function generationCancelled(): TunesmithError {
  return new TunesmithError({ code: "serving.cancelled", message: "Stopped: the request was cancelled before the answer was complete" });
}
