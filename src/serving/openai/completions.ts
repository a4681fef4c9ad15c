import { defineRoute, type Route } from "../../route.ts";
import { answerWith } from "../answer-with.ts";
import { rawPrompt } from "../servable.ts";
import type { ModelShelf } from "../shelf.ts";
import { answerAs, type AnswerForm } from "./answer.ts";
import { openaiProblem } from "./problem.ts";
import { completionBodySchema, completionReplySchema, type CompletionBody } from "./schemas.ts";
import { refuseUnsupported } from "./unsupported.ts";

const FORM: AnswerForm = {
  prefix: "cmpl",
  object: "text_completion",
  chunkObject: "text_completion",
  choice: (index, text, reason) => ({ index, text, logprobs: null, finish_reason: reason }),
  opening: () => undefined,
  piece: (index, text) => ({ index, text, logprobs: null, finish_reason: null }),
  closing: (index, reason) => ({ index, text: "", logprobs: null, finish_reason: reason }),
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
      const prompts = typeof body.prompt === "string" ? [body.prompt] : body.prompt;
      return answerWith(shelf, { task: "generate", name: body.model }, call, (model) =>
        answerAs(FORM, { model, body, prompts: prompts.map((prompt) => rawPrompt(prompt, "")), maxTokens: body.max_tokens ?? DEFAULT_MAX_TOKENS, signal, created: now() }),
      );
    },
  });
}
