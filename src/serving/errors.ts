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

/** `measure`: "at least" where the tokens were not counted. */
export function promptTooLong(tokens: number, contextLength: number, measure: "at least" | "exactly" = "exactly"): TunesmithError {
  return new TunesmithError({
    code: "serving.context_exceeded",
    message: `Cannot answer: the prompt has ${measure === "exactly" ? "" : `${measure} `}${tokens} tokens, the context holds ${contextLength}`,
    hint: "Shorten the prompt, or start the server with a longer --context-length.",
    details: { tokens, context_length: contextLength },
  });
}

export function promptEmpty(): TunesmithError {
  return new TunesmithError({ code: "serving.prompt_empty", message: "Cannot answer: the prompt has no tokens, at least one is needed", hint: "Write something in the prompt." });
}

export function tokenUnknown(id: number, vocabSize: number): TunesmithError {
  return new TunesmithError({
    code: "serving.token_unknown",
    message: `Cannot answer: token ${id} is outside the vocabulary of ${vocabSize}`,
    hint: "Send token ids of this model's own tokenizer, or text.",
  });
}

export function modelUnknown(name: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "serving.model_unknown",
    message: `Cannot ask ${shortened(JSON.stringify(name))}: no model of this server has that name or version`,
    hint: `Ask one of ${known.join(", ")}.`,
    details: { name, known },
  });
}

/** `task` as in the sentence "a model that can …". */
const TASKS = { generate: "write text", embed: "embed texts", rerank: "rank documents" } as const;

export function noModel(task: keyof typeof TASKS, name: string | undefined): TunesmithError {
  return new TunesmithError({
    code: name === undefined ? "serving.no_model" : "serving.task_unsupported",
    message: name === undefined ? `Cannot answer: this server has no model that can ${TASKS[task]}` : `Cannot answer: ${name} cannot ${TASKS[task]}`,
    hint: name === undefined ? `Start the server with a model that can ${TASKS[task]}.` : `Ask a model that can ${TASKS[task]}: /api/v1/models lists them.`,
    details: { task },
  });
}

export function conversationUnsupported(turns: number): TunesmithError {
  return new TunesmithError({
    code: "serving.conversation_unsupported",
    message: `Cannot answer the conversation of ${turns} messages: the model was trained on single questions, one message of the user is needed`,
    hint: "Send one message of the user, or serve a model with a chat template.",
  });
}

export function fieldUnsupported(field: string, value: unknown, needed: string): TunesmithError {
  return new TunesmithError({
    code: "serving.field_unsupported",
    message: `Cannot answer: ${field} is ${shortened(JSON.stringify(value))}, this server takes ${needed}`,
    hint: `Leave ${field} out.`,
    details: { faults: [{ field, message: `takes ${needed}` }] },
  });
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

export function keyNameTaken(name: string): TunesmithError {
  return new TunesmithError({ code: "serving.key_name_taken", message: `Cannot make a key for ${name}: there is one already`, hint: "Choose another name, or take the old one back with `tunesmith keys remove`." });
}

export function keyNotHeld(name: string, path: string): TunesmithError {
  return new TunesmithError({ code: "serving.key_missing", message: `Cannot take back the key of ${name}: ${path} holds none of that name`, hint: "`tunesmith keys list` shows them." });
}
