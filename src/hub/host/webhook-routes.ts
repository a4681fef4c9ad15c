// Webhooks of the caller (huggingface_hub 2.0, hf_api.py, create_webhook). The hub sends requests to any address they name, so who runs it
// has to allow them.
import { z } from "zod";
import { HUB_WEBHOOK_SCHEMA_VERSION, hubWebhookDomainSchema, hubWebhookWatchSchema, type HubWebhook } from "../../records/index.ts";
import type { Route } from "../../route.ts";
import { readJsonBody } from "./body.ts";
import { requireHolder, requireWriteToken } from "./caller.ts";
import { bodyInvalid, webhookMissing, webhooksOff } from "./errors.ts";
import type { Host } from "./host.ts";
import { hubRoute, type HubCall } from "./routing.ts";
import { listWebhooks, removeWebhook, writeWebhook } from "./webhooks.ts";

const MOST_OF_A_USER = 100;
const url = z.url({ protocol: /^https?$/ }).max(2000);
const watched = z.array(hubWebhookWatchSchema).max(100);
const domains = z.array(hubWebhookDomainSchema).max(2);
// It becomes a header.
const secret = z.string().regex(/^[\x21-\x7e]{1,200}$/);
const newSchema = z.object({ url, watched, domains: domains.default(["repo", "discussion"]), secret: secret.optional() });
const changeSchema = z.object({ url: url.optional(), watched: watched.optional(), domains: domains.optional(), secret: secret.optional() });

export function webhookRoutes(host: Host): readonly Route[] {
  const own = ({ caller }: HubCall): readonly HubWebhook[] => {
    const { name } = requireHolder(caller).account;
    return listWebhooks(host.directory).filter(({ user }) => user === name);
  };
  const require = (call: HubCall): HubWebhook => {
    const id = call.call.params["id"] ?? "";
    const found = own(call).find((webhook) => webhook.id === id);
    if (found === undefined) throw webhookMissing(id);
    return found;
  };
  const requireChangeable = (call: HubCall): HubWebhook => {
    requireWriteToken(call.caller);
    return require(call);
  };
  const save = (webhook: HubWebhook) => ({ json: { webhook: describe(writeWebhook(host.directory, webhook)) } });
  const base = "/api/settings/webhooks";
  return [
    hubRoute(host, { method: "GET", path: base, summary: "List one's webhooks" }, (call) => ({ json: own(call).map(describe) })),
    hubRoute(host, { method: "POST", path: base, summary: "Make a webhook" }, async (call) => {
      const user = requireWriteToken(call.caller).account.name;
      if (!host.allowsWebhooks) throw webhooksOff();
      const wanted = await readJsonBody(call.body, newSchema);
      if (own(call).length >= MOST_OF_A_USER) throw bodyInvalid(`${user} has ${MOST_OF_A_USER} webhooks already`);
      const { secret: word, ...rest } = wanted;
      return save({ schema_version: HUB_WEBHOOK_SCHEMA_VERSION, id: host.newId(), user, ...rest, ...(word === undefined ? {} : { secret: word }), disabled: false, created_at: host.now().toISOString() });
    }),
    hubRoute(host, { method: "GET", path: `${base}/:id`, summary: "One webhook" }, (call) => ({ json: { webhook: describe(require(call)) } })),
    hubRoute(host, { method: "POST", path: `${base}/:id`, summary: "Change a webhook" }, async (call) => {
      requireChangeable(call);
      const wanted = await readJsonBody(call.body, changeSchema);
      const old = require(call);
      return save({ ...old, url: wanted.url ?? old.url, watched: wanted.watched ?? old.watched, domains: wanted.domains ?? old.domains, ...(wanted.secret === undefined ? {} : { secret: wanted.secret }) });
    }),
    ...([["enable", false], ["disable", true]] as const).map(([verb, disabled]) =>
      hubRoute(host, { method: "POST", path: `${base}/:id/${verb}`, summary: `${verb === "enable" ? "Send" : "Stop sending"} what a webhook watches` }, (call) => save({ ...requireChangeable(call), disabled })),
    ),
    hubRoute(host, { method: "DELETE", path: `${base}/:id`, summary: "Delete a webhook" }, (call) => {
      removeWebhook(host.directory, requireChangeable(call));
      return { json: {} };
    }),
  ];
}

function describe({ id, url: address, watched: watches, domains: wanted, secret: word, disabled }: HubWebhook): unknown {
  return { id, url: address, watched: watches, domains: wanted, ...(word === undefined ? {} : { secret: word }), disabled };
}
