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

export function modelNotRestarted(cause: unknown): TunesmithError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TunesmithError({
    code: "serving.model_crashed",
    message: `Cannot run the model: its process ended and could not be started again: ${why}`,
    hint: "Check the model file and the memory of this machine.",
    cause,
  });
}

export function servingClosed(): TunesmithError {
  return new TunesmithError({ code: "serving.closed", message: "Cannot answer: the model was closed", hint: "Start the server again." });
}

export function generationCancelled(): TunesmithError {
  return new TunesmithError({ code: "serving.cancelled", message: "Stopped: the request was cancelled before the answer was complete" });
}

export function requestTooSlow(timeoutMs: number): TunesmithError {
  return new TunesmithError({ code: "serving.timeout", message: `Cannot answer: the request took longer than ${timeoutMs / 1000} s`, hint: "Ask for fewer tokens, or start the server with a longer --timeout." });
}

export function promptTooLong(tokens: number, contextLength: number): TunesmithError {
  return new TunesmithError({
    code: "serving.context_exceeded",
    message: `Cannot answer: the prompt has ${tokens} tokens, the context holds ${contextLength}`,
    hint: "Shorten the prompt, or start the server with a longer --context-length.",
    details: { tokens, context_length: contextLength },
  });
}

export function promptEmpty(): TunesmithError {
  return new TunesmithError({ code: "serving.prompt_empty", message: "Cannot answer: the prompt has no tokens, at least one is needed", hint: "Write something in the prompt." });
}
