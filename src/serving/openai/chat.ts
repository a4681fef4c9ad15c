import { jsonSchemaToGrammar, type JsonSchema } from "../../engine/llama/index.ts";
import { defineRoute, type Route } from "../../route.ts";
import { answerWith } from "../answer-with.ts";
import { fieldUnsupported } from "../errors.ts";
import { requireInReach } from "../prompt-bound.ts";
import type { ChatTurn } from "../servable.ts";
import type { ModelShelf } from "../shelf.ts";
import { answerAs, type AnswerForm } from "./answer.ts";
import { chatLogprobs } from "./logprobs.ts";
import { openaiProblem } from "./problem.ts";
import { chatBodySchema, chatReplySchema, type ChatBody } from "./schemas.ts";
import { refuseUnsupported } from "./unsupported.ts";

const FORM: AnswerForm = {
  prefix: "chatcmpl",
  object: "chat.completion",
  chunkObject: "chat.completion.chunk",
  choice: (index, content, reason, logprobs) => ({ index, message: { role: "assistant", content, refusal: null }, logprobs: chatLogprobs(logprobs), finish_reason: reason }),
  opening: (index) => ({ index, delta: { role: "assistant", content: "", refusal: null }, logprobs: null, finish_reason: null }),
  piece: (index, content) => ({ index, delta: { content }, logprobs: null, finish_reason: null }),
  closing: (index, reason, logprobs) => ({ index, delta: {}, logprobs: chatLogprobs(logprobs), finish_reason: reason }),
};

/** `POST /v1/chat/completions` */
export function chatRoute(shelf: ModelShelf, now: () => number): Route {
  return defineRoute<ChatBody, unknown>({
    method: "POST",
    path: "/v1/chat/completions",
    summary: "Answer a conversation, as OpenAI's API does",
    body: chatBodySchema,
    reply: chatReplySchema,
    problem: openaiProblem,
    async run(call) {
      const { body, signal } = call;
      refuseUnsupported(body);
      const turns = turnsOf(body);
      const jsonSchema = jsonSchemaOf(body);
      if (jsonSchema !== undefined) requireHoldable(jsonSchema);
      return answerWith(shelf, { task: "generate", name: body.model }, call, async (model) => {
        for (const { content } of turns) requireInReach(model.pool.info, content);
        const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? model.pool.info.contextLength;
        const topLogprobs = body.logprobs === true ? (body.top_logprobs ?? 0) : undefined;
        return answerAs(FORM, { model, body, prompts: [model.renderChat(turns)], maxTokens, topLogprobs, jsonSchema, signal, created: now() });
      });
    },
  });
}

function jsonSchemaOf({ response_format: format }: ChatBody): JsonSchema | undefined {
  if (format?.type === "json_object") return { type: "object" };
  return format?.type === "json_schema" ? (format.json_schema.schema as JsonSchema) : undefined;
}

/** Levels of a schema; each level of what it describes takes one or two. */
const DEEPEST_SCHEMA = 200;

/** Refuses before the request waits. @throws `serving.field_unsupported`, `llama.schema_unsupported`, `llama.schema_too_large` */
function requireHoldable(schema: JsonSchema): void {
  let level: readonly unknown[] = [schema];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST_SCHEMA) throw fieldUnsupported("response_format.json_schema.schema", `more than ${DEEPEST_SCHEMA} levels`, "schemas of fewer");
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  jsonSchemaToGrammar(schema);
}

/** @throws `serving.field_unsupported` for what is no text and for tools */
function turnsOf({ messages }: ChatBody): readonly ChatTurn[] {
  return messages.map(({ role, content }, index) => {
    if (role === "tool" || role === "function") throw fieldUnsupported(`messages.${index}.role`, role, "system, user and assistant");
    const parts = typeof content === "string" ? [content] : (content ?? []).map(({ type, text }) => {
      if (type !== "text" || text === undefined) throw fieldUnsupported(`messages.${index}.content`, type, "parts of the type text");
      return text;
    });
    return { role: role === "developer" ? "system" : role, content: parts.join("\n") };
  });
}
