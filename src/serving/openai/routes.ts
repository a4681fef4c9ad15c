import { defineRoute, type Route } from "../../route.ts";
import { modelId, identityHeaders } from "../identity.ts";
import type { ServableModel } from "../servable.ts";
import type { ModelShelf } from "../shelf.ts";
import { chatRoute } from "./chat.ts";
import { completionRoute } from "./completions.ts";
import { embeddingsRoute } from "./embeddings.ts";
import { openaiProblem } from "./problem.ts";
import { modelReplySchema, modelsReplySchema } from "./schemas.ts";

/** What OpenAI's clients ask for. `now` is in seconds since 1970. */
export function openaiRoutes(shelf: ModelShelf, now: () => number): readonly Route[] {
  const started = Math.floor(now());
  const entry = ({ identity }: ServableModel) => ({ id: modelId(identity), object: "model", created: started, owned_by: "tunesmith", digest: `sha256:${identity.digest}` });
  return [
    chatRoute(shelf, now),
    completionRoute(shelf, now),
    embeddingsRoute(shelf),
    defineRoute({
      method: "GET",
      path: "/v1/models",
      summary: "List the models, as OpenAI's API does",
      reply: modelsReplySchema,
      problem: openaiProblem,
      run: async () => ({ json: { object: "list", data: shelf.models.map(entry) } }),
    }),
    defineRoute({
      method: "GET",
      path: "/v1/models/:model",
      summary: "Describe a model, as OpenAI's API does",
      reply: modelReplySchema,
      problem: openaiProblem,
      run: async ({ params, setHeaders }) => {
        const model = shelf.find(params["model"] ?? "");
        setHeaders(identityHeaders(model.identity));
        return { json: entry(model) };
      },
    }),
  ];
}
