import { defineRoute, type Route } from "../../route.ts";
import { answerWith } from "../answer-with.ts";
import { rawPrompt } from "../servable.ts";
import type { ModelShelf } from "../shelf.ts";
import { answerAs, type AnswerForm } from "./answer.ts";
import { inputsOf } from "./inputs.ts";
import { completionLogprobs } from "./logprobs.ts";
import { openaiProblem } from "./problem.ts";
import { completionBodySchema, completionReplySchema, type CompletionBody } from "./schemas.ts";
import { refuseUnsupported } from "./unsupported.ts";

const FORM: AnswerForm = {
  prefix: "cmpl",
  object: "text_completion",
  chunkObject: "text_completion",
  choice: (index, text, reason, logprobs) => ({ index, text, logprobs: completionLogprobs(logprobs), finish_reason: reason }),
  opening: () => undefined,
  piece: (index, text) => ({ index, text, logprobs: null, finish_reason: null }),
  closing: (index, reason, logprobs) => ({ index, text: "", logprobs: completionLogprobs(logprobs), finish_reason: reason }),
};

/** OpenAI's own. */
const DEFAULT_MAX_TOKENS = 16;

/** `POST /v1/completions` */
export function completionRoute(shelf: ModelShelf, now: () => number): Route {
  return defineRoute<CompletionBody, unknown>({
    method: "POST",
    path: "/v1/completions",
    summary: "Continue a text, as OpenAI's API does",
    body: completionBodySchema,
    reply: completionReplySchema,
    problem: openaiProblem,
    async run(call) {
      const { body, signal } = call;
      refuseUnsupported(body);
      const prompts = inputsOf(body.prompt).map((prompt) => (typeof prompt === "string" ? rawPrompt(prompt, "") : { text: "", ids: prompt, parseSpecial: false }));
      const maxTokens = body.max_tokens ?? DEFAULT_MAX_TOKENS;
      return answerWith(shelf, { task: "generate", name: body.model }, call, (model) => answerAs(FORM, { model, body, prompts, maxTokens, topLogprobs: body.logprobs ?? undefined, signal, created: now() }));
    },
  });
}
