import { answerWith } from "../answer-with.ts";
import { generateAll } from "../generate-all.ts";
import type { HostAnswer, HostRequest } from "../host-messages.ts";
import { streamPieces } from "../pieces.ts";
import { defineRoute, type Route } from "../../route.ts";
import { batchBodySchema, batchReplySchema, generateBodySchema, generateReplySchema, type BatchBody, type GenerateBody, type GenerateReply } from "../schemas.ts";
import { requireInReach } from "../prompt-bound.ts";
import { rawPrompt, type ServableModel } from "../servable.ts";
import type { ModelShelf } from "../shelf.ts";

/** One prompt, and many at once, below `/api/v1` and without it. */
export function generateRoutes(shelf: ModelShelf): readonly Route[] {
  return ["/api/v1", ""].flatMap((prefix) => [generateRoute(shelf, `${prefix}/generate`), batchRoute(shelf, `${prefix}/generate/batch`)]);
}

function generateRoute(shelf: ModelShelf, path: string): Route {
  return defineRoute<GenerateBody, unknown>({
    method: "POST",
    path,
    summary: "Answer a prompt",
    body: generateBodySchema,
    reply: generateReplySchema,
    run: (call) =>
      answerWith(shelf, { task: "generate", name: call.body.model }, call, async (model) => {
        const { body, signal } = call;
        const request = requestOf(model, body, body.prompt, body.input);
        if (body.stream) return { events: streamPieces((context) => model.pool.generate(request, context), signal, (done) => toReply(body.prompt, done)) };
        return { json: toReply(body.prompt, await model.pool.generate(request, { signal })) };
      }),
  });
}

function batchRoute(shelf: ModelShelf, path: string): Route {
  return defineRoute<BatchBody, unknown>({
    method: "POST",
    path,
    summary: "Answer many prompts, side by side",
    body: batchBodySchema,
    reply: batchReplySchema,
    run: (call) =>
      answerWith(shelf, { task: "generate", name: call.body.model }, call, async (model) => {
        const { prompts } = call.body;
        const answers = await generateAll(model.pool, prompts.map((prompt) => requestOf(model, call.body, prompt, "")), { signal: call.signal });
        return { json: { results: answers.map((answer, index) => toReply(prompts[index]!, answer)), total_prompts: prompts.length } };
      }),
  });
}

function requestOf(model: ServableModel, body: Omit<BatchBody, "prompts">, prompt: string, input: string): HostRequest {
  requireInReach(model.pool.info, prompt);
  requireInReach(model.pool.info, input);
  const rendered = body.format === "raw" ? rawPrompt(prompt, input) : model.renderPrompt(prompt, input);
  return { ...rendered, maxTokens: body.max_tokens, temperature: body.temperature, topK: body.top_k, topP: body.top_p, seed: body.seed, stop: body.stop_sequences };
}

function toReply(prompt: string, { text, tokens, promptTokens, finishReason }: HostAnswer): GenerateReply {
  return { generated_text: text, prompt, tokens_generated: tokens, prompt_tokens: promptTokens, finish_reason: finishReason === "stop" ? "stop" : "length" };
}
