// What chat and completions have in common: requests from a body, and answers as one reply or as a stream of chunks.
import { randomUUID } from "node:crypto";
import type { JsonSchema } from "../../engine/llama/index.ts";
import type { RouteReply } from "../../route.ts";
import { generateAll } from "../generate-all.ts";
import type { HostAnswer, HostPrompt, HostRequest } from "../host-messages.ts";
import { modelId } from "../identity.ts";
import { pullEvents } from "../pieces.ts";
import { requireInReach } from "../prompt-bound.ts";
import type { ServableModel } from "../servable.ts";
import type { ChatBody, CompletionBody } from "./schemas.ts";

type FinishReason = "stop" | "length";
type Body = Omit<ChatBody, "messages"> | Omit<CompletionBody, "prompt">;

/** How one API writes what another calls otherwise. */
export interface AnswerForm {
  readonly prefix: string;
  readonly object: string;
  readonly chunkObject: string;
  choice(index: number, text: string, reason: FinishReason, logprobs: HostAnswer["logprobs"]): object;
  /** What a stream says of a choice before its first text; undefined for nothing. */
  opening(index: number): object | undefined;
  piece(index: number, text: string): object;
  closing(index: number, reason: FinishReason, logprobs: HostAnswer["logprobs"]): object;
}

export interface AskedFor {
  readonly model: ServableModel;
  readonly body: Body;
  /** Each is answered `n` times. */
  readonly prompts: readonly HostPrompt[];
  readonly maxTokens: number;
  /** Log-probabilities, and those of so many most probable tokens. Default: none. */
  readonly topLogprobs?: number;
  /** Default: free text. */
  readonly jsonSchema?: JsonSchema;
  readonly signal: AbortSignal;
  /** Seconds since 1970. */
  readonly created: number;
}

/** llama.h takes 2³² - 1 for "any seed". */
const SEEDS = 2 ** 32 - 1;

/** Answers as the body asks for it. @throws as `generate` */
export async function answerAs(form: AnswerForm, asked: AskedFor): Promise<RouteReply> {
  const { model, body, signal } = asked;
  for (const { text, ids } of asked.prompts) requireInReach(model.pool.info, ids ?? text);
  const requests = requestsOf(asked);
  const head = { id: `${form.prefix}-${randomUUID()}`, created: Math.floor(asked.created), model: modelId(model.identity), system_fingerprint: `fp_${model.identity.digest.slice(0, 12)}` };
  const withUsage = body.stream_options?.include_usage === true;
  if (body.stream === true) return { events: streamChunks(form, asked, requests, { ...head, object: form.chunkObject, ...(withUsage ? { usage: null } : {}) }, withUsage), end: "[DONE]" };
  const answers = await generateAll(model.pool, requests, { signal });
  const choices = answers.map((answer, index) => form.choice(index, answer.text, reasonOf(answer), answer.logprobs));
  return { json: { ...head, object: form.object, choices, usage: usageOf(answers, body.n ?? 1) } };
}

function streamChunks(form: AnswerForm, { model, body, signal }: AskedFor, requests: readonly HostRequest[], head: object, withUsage: boolean): AsyncIterable<unknown> {
  return pullEvents<object>(signal, async (push, either) => {
    const opened = new Set<number>();
    const open = (index: number) => {
      const opening = opened.has(index) ? undefined : form.opening(index);
      opened.add(index);
      if (opening !== undefined) push({ ...head, choices: [opening] });
    };
    const answers = await generateAll(model.pool, requests, {
      signal: either,
      onText(index, text) {
        open(index);
        push({ ...head, choices: [form.piece(index, text)] });
      },
      onAnswer(index, answer) {
        open(index);
        push({ ...head, choices: [form.closing(index, reasonOf(answer), answer.logprobs)] });
      },
    });
    if (withUsage) push({ ...head, choices: [], usage: usageOf(answers, body.n ?? 1) });
  });
}

function requestsOf({ body, prompts, maxTokens, jsonSchema, topLogprobs }: AskedFor): readonly HostRequest[] {
  const { temperature, top_p: topP, top_k: topK, stop, n, seed, frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty } = body;
  const bias = Object.entries(body.logit_bias ?? {}).map(([id, value]) => [Number(id), value] as const);
  const stops = (typeof stop === "string" ? [stop] : (stop ?? [])).filter((text) => text !== "");
  return prompts.flatMap((prompt) =>
    Array.from({ length: n ?? 1 }, (_, index) => ({
      ...prompt,
      maxTokens,
      temperature: temperature ?? 1,
      topP: topP ?? 1,
      topK: topK ?? 0,
      stop: stops,
      ...(bias.length === 0 ? {} : { logitBias: new Map(bias) }),
      ...(frequencyPenalty ? { frequencyPenalty } : {}),
      ...(presencePenalty ? { presencePenalty } : {}),
      ...(topLogprobs === undefined ? {} : { topLogprobs }),
      ...(jsonSchema === undefined ? {} : { jsonSchema }),
      ...(seed === undefined || seed === null ? {} : { seed: (((seed + index) % SEEDS) + SEEDS) % SEEDS }),
    })),
  );
}

/** A prompt that is answered several times counts once. */
function usageOf(answers: readonly HostAnswer[], n: number) {
  const prompt = answers.reduce((sum, { promptTokens }, index) => sum + (index % n === 0 ? promptTokens : 0), 0);
  const completion = answers.reduce((sum, { tokens }) => sum + tokens, 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function reasonOf({ finishReason }: HostAnswer): FinishReason {
  return finishReason === "stop" ? "stop" : "length";
}
