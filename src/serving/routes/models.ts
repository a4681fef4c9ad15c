import { defineRoute, type Route } from "../../route.ts";
import { describeModel } from "../describe-model.ts";
import { identityHeaders } from "../identity.ts";
import { healthReplySchema, modelInfoReplySchema, modelListReplySchema, modelQuerySchema } from "../schemas.ts";
import type { ModelShelf } from "../shelf.ts";

/** Health and what the models are, below `/api/v1` and without it. `version` is that of this package. */
export function modelRoutes(shelf: ModelShelf, version: string): readonly Route[] {
  return ["/api/v1", ""].flatMap((prefix) => [healthRoute(shelf, `${prefix}/health`, version), infoRoute(shelf, `${prefix}/model/info`), listRoute(shelf, `${prefix}/models`)]);
}

function healthRoute(shelf: ModelShelf, path: string, version: string): Route {
  return defineRoute({
    method: "GET",
    path,
    access: "open",
    summary: "Say whether the models are loaded",
    reply: healthReplySchema,
    // Asked often, by what watches: answered at once.
    run() {
      const { models } = shelf;
      const loaded = models.every(({ pool }) => pool.loaded);
      return { json: { status: loaded ? "ok" : "degraded", model_loaded: loaded, model_name: models[0]?.identity.name ?? "", version } };
    },
  });
}

function infoRoute(shelf: ModelShelf, path: string): Route {
  return defineRoute<unknown, { readonly model?: string }>({
    method: "GET",
    path,
    summary: "Describe a model",
    query: modelQuerySchema,
    reply: modelInfoReplySchema,
    run: async ({ query, setHeaders }) => {
      const model = query.model === undefined ? shelf.models[0]! : shelf.find(query.model);
      setHeaders(identityHeaders(model.identity));
      return { json: describeModel(model) };
    },
  });
}

function listRoute(shelf: ModelShelf, path: string): Route {
  return defineRoute({ method: "GET", path, summary: "Describe every model", reply: modelListReplySchema, run: async () => ({ json: { models: shelf.models.map(describeModel) } }) });
}
