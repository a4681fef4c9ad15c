import { defineRoute, type Route, type RouteReply } from "../route.ts";
import { describeModel } from "./describe-model.ts";
import type { HostAnswer, HostRequest } from "./host-messages.ts";
import { streamPieces } from "./pieces.ts";
import type { ModelPool } from "./pool.ts";
import { generateBodySchema, generateReplySchema, healthReplySchema, modelInfoReplySchema, type GenerateBody, type GenerateReply } from "./schemas.ts";

/** A prompt as the model is to see it. */
export interface RenderedPrompt {
  readonly text: string;
  /** Whether special tokens spelled out in the text are meant as such. */
  readonly parseSpecial: boolean;
}

export interface ServingOptions {
  /** Of this package. */
  readonly version: string;
  /** Wraps a prompt as the model was trained. Default: the prompt as it is. @throws what makes the request fail */
  readonly renderPrompt?: (prompt: string, input: string) => RenderedPrompt;
}

/** Health, model and generation, below `/api/v1` and (health, generate) without it. */
export function servingRoutes(pool: ModelPool, { version, renderPrompt = asItIs }: ServingOptions): readonly Route[] {
  const health = (path: string) =>
    defineRoute({
      method: "GET",
      path,
      summary: "Say whether the model is loaded",
      reply: healthReplySchema,
      run: async () => ({ json: { status: pool.loaded ? "ok" : "degraded", model_loaded: pool.loaded, model_name: pool.name, version } }),
    });
  const generate = (path: string) =>
    defineRoute<GenerateBody, unknown>({
      method: "POST",
      path,
      summary: "Answer a prompt",
      body: generateBodySchema,
      reply: generateReplySchema,
      run: ({ body, signal }) => answer(pool, body, body.format === "raw" ? asItIs(body.prompt, body.input) : renderPrompt(body.prompt, body.input), signal),
    });
  return [
    health("/api/v1/health"),
    defineRoute({
      method: "GET",
      path: "/api/v1/model/info",
      summary: "Describe the model",
      reply: modelInfoReplySchema,
      run: async () => ({ json: describeModel(pool) }),
    }),
    generate("/api/v1/generate"),
    health("/health"),
    generate("/generate"),
  ];
}

async function answer(pool: ModelPool, body: GenerateBody, rendered: RenderedPrompt, signal: AbortSignal): Promise<RouteReply> {
  const request: HostRequest = {
    ...rendered,
    maxTokens: body.max_tokens,
    temperature: body.temperature,
    topK: body.top_k,
    topP: body.top_p,
    seed: body.seed,
    stop: body.stop_sequences,
  };
  if (body.stream) return { events: streamPieces((context) => pool.generate(request, context), signal, (done) => toReply(body.prompt, done)) };
  return { json: toReply(body.prompt, await pool.generate(request, { signal })) };
}

function toReply(prompt: string, { text, tokens, finishReason }: HostAnswer): GenerateReply {
  return { generated_text: text, prompt, tokens_generated: tokens, finish_reason: finishReason === "stop" ? "stop" : "length" };
}

function asItIs(prompt: string, input: string): RenderedPrompt {
  return { text: input === "" ? prompt : `${prompt}\n\n${input}`, parseSpecial: false };
}
