import { defineRoute, type Route } from "../../route.ts";
import { METRICS_MEDIA_TYPE, type ServingCounters } from "../counters.ts";
import { modelId } from "../identity.ts";
import { reloadBodySchema, reloadReplySchema, type ReloadBody } from "../schemas.ts";
import type { ModelShelf } from "../shelf.ts";

/** Metrics, for who has a key; what changes the server, for who has an admin's. */
export function controlRoutes(shelf: ModelShelf, counters: ServingCounters | undefined): readonly Route[] {
  return [
    ...(counters === undefined ? [] : [metricsRoute(shelf, counters)]),
    defineRoute<ReloadBody, unknown>({
      method: "POST",
      path: "/api/v1/models/reload",
      access: "admin",
      summary: "Exchange models for newer ones without dropping a request",
      body: reloadBodySchema,
      reply: reloadReplySchema,
      run: async ({ body }) => {
        const reloaded = await shelf.reload(body.model, body.source);
        return { json: { models: reloaded.map(({ before, after, changed }) => ({ model_name: after.name, changed, before: modelId(before), after: modelId(after) })) } };
      },
    }),
  ];
}

function metricsRoute(shelf: ModelShelf, counters: ServingCounters): Route {
  return defineRoute({
    method: "GET",
    path: "/metrics",
    summary: "What monitoring reads, in the text format of Prometheus",
    run: async () => ({ text: counters.render(shelf), mediaType: METRICS_MEDIA_TYPE }),
  });
}
