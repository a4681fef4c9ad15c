// Collections as clients ask for them (huggingface_hub 2.0, hf_api.py, Collection; @huggingface/hub 2.17, api-collection.ts).
import { z } from "zod";
import type { HubCollection, HubCollectionItem } from "../../records/index.ts";
import type { Route, RouteReply } from "../../route.ts";
import { escapeHtml } from "../pages/html.ts";
import type { TokenHolder } from "./accounts.ts";
import { readJsonBody } from "./body.ts";
import { maySee, requireNamespace, requireWriteToken } from "./caller.ts";
import { openCollections, requireCollection, slugOf } from "./collections.ts";
import { collectionMissing, repositoryMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import { describeRepository } from "./info.ts";
import { hubRoute, listOf, nextLink, wholeNumber, type HubCall } from "./routing.ts";
import { summarizeHead } from "./summary.ts";

const PAGE = 100;
const MOST_ITEMS = 1000;
const text = z.string().max(1000);
const title = z.string().trim().min(1).max(200);
const theme = z.enum(["orange", "blue", "green", "purple", "pink", "indigo"]);
const position = z.number().int().min(0).max(MOST_ITEMS);
const newSchema = z.object({ title, namespace: z.string().nullish(), description: text.optional(), private: z.boolean().default(false) });
const changeSchema = z.object({ title: title.optional(), description: text.optional(), private: z.boolean().optional(), theme: theme.optional(), position: position.optional() });
const newItemSchema = z.object({ item: z.object({ type: z.enum(["model", "dataset", "space", "collection"]), id: z.string().max(300) }), note: text.optional() });
const changeItemSchema = z.object({ note: text.optional(), position: position.optional() });

export function collectionRoutes(host: Host): readonly Route[] {
  const collections = openCollections(host.directory, host);
  const isVisible = (collection: HubCollection, caller: TokenHolder | undefined) => maySee(host.accounts, collection, caller);

  /** One of a collection that the caller may see, or change. */
  const route = (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, summary: string, run: (collection: HubCollection, call: HubCall) => RouteReply | Promise<RouteReply>): Route =>
    hubRoute(host, { method, path: `/api/collections/:owner/:slug${path}`, summary }, (call) => {
      const slug = `${call.call.params["owner"]}/${call.call.params["slug"]}`;
      const collection = requireCollection(collections, slug);
      if (!isVisible(collection, call.caller)) throw collectionMissing(slug);
      if (method !== "GET") requireNamespace(host.accounts, collection.owner, call.caller);
      return run(collection, call);
    });
  /** As it is when the body has been read. */
  const current = ({ id }: HubCollection) => requireCollection(collections, id);
  const show = (collection: HubCollection, { caller }: HubCall) => describeCollection(collection, caller);

  return [
    hubRoute(host, { method: "GET", path: "/api/collections", summary: "Find collections, the newest first" }, ({ call, caller, query }) => {
      const owners = listOf(query, "owner").map((name) => name.toLowerCase());
      const wanted = listOf(query, "item");
      const words = query.get("q")?.toLowerCase() ?? "";
      const found = collections.list().filter((collection) =>
          isVisible(collection, caller) &&
          (owners.length === 0 || owners.includes(collection.owner.toLowerCase())) &&
          collection.title.toLowerCase().includes(words) &&
          (wanted.length === 0 || wanted.some((address) => collection.items.some((item) => addressOf(item) === address))),
        )
        .sort((a, b) => (a.updated_at === b.updated_at ? a.id.localeCompare(b.id) : a.updated_at < b.updated_at ? 1 : -1));
      const limit = Math.min(PAGE, wholeNumber(query.get("limit") ?? String(PAGE), "limit"));
      const start = wholeNumber(query.get("cursor") ?? "0", "cursor");
      // Their clients give each its place in the list themselves.
      const json = found.slice(start, start + limit).map((collection) => ({ ...describeCollection(collection, caller), position: undefined }));
      return { json, headers: nextLink(call, limit > 0 && start + limit < found.length ? String(start + limit) : undefined) };
    }),
    hubRoute(host, { method: "POST", path: "/api/collections", summary: "Make a collection" }, async ({ caller, body }) => {
      requireWriteToken(caller);
      const { namespace, description, ...wanted } = await readJsonBody(body, newSchema);
      const owner = namespace ?? caller?.account.name ?? "";
      requireNamespace(host.accounts, owner, caller);
      const made = collections.create({ ...wanted, owner: host.accounts.find(owner)?.name ?? owner, ...(description === undefined ? {} : { description }) });
      return { json: describeCollection(made, caller) };
    }),
    route("GET", "", "One collection", (collection, call) => ({ json: show(collection, call) })),
    route("PATCH", "", "Change a collection", async (collection, call) => {
      const changes = dropUndefined(await readJsonBody(call.body, changeSchema));
      return { json: { success: true, data: show(collections.update(current(collection), changes), call) } };
    }),
    route("DELETE", "", "Delete a collection", (collection) => {
      collections.delete(collection);
      return { json: { success: true } };
    }),
    route("POST", "/items", "Put something into a collection", async (collection, call) => {
      const { item, note } = await readJsonBody(call.body, newItemSchema);
      const target = findTarget(item, call.caller);
      return { json: show(collections.addItem(current(collection), { type: item.type, target, ...(note === undefined ? {} : { note }) }), call) };
    }),
    route("PATCH", "/items/:item", "Change the note or the place of something in a collection", async (collection, { body, call }) => {
      collections.updateItem(current(collection), call.params["item"] ?? "", await readJsonBody(body, changeItemSchema));
      return { json: { success: true } };
    }),
    route("DELETE", "/items/:item", "Take something out of a collection", (collection, { call }) => {
      collections.removeItem(collection, call.params["item"] ?? "");
      return { json: { success: true } };
    }),
  ];

  function repositoryOf({ type, target }: HubCollectionItem) {
    return host.repositories.all().find(({ kind, record }) => kind === type && record.id === target);
  }

  /** `models/owner/name`, as they are searched for. */
  function addressOf(item: HubCollectionItem): string | undefined {
    if (item.type === "collection") return `collections/${item.target}`;
    const id = repositoryOf(item)?.id;
    return id === undefined ? undefined : `${item.type}s/${id}`;
  }

  /** @throws `hub.repository_missing`, `hub.collection_missing` */
  function findTarget({ type, id }: { readonly type: HubCollectionItem["type"]; readonly id: string }, caller: TokenHolder | undefined): string {
    if (type === "collection") {
      const found = requireCollection(collections, id);
      if (!isVisible(found, caller)) throw collectionMissing(id);
      return found.id;
    }
    const found = host.repositories.find(type, id)?.repository;
    if (found === undefined || !maySee(host.accounts, found.record, caller)) throw repositoryMissing(type, id);
    return found.record.id;
  }

  function describeCollection(collection: HubCollection, caller: TokenHolder | undefined): Readonly<Record<string, unknown>> {
    const items = collection.items.flatMap((item, index) => {
      const described = describeItem(item, caller);
      return described === undefined ? [] : [{ _id: item.id, type: item.type, position: index, ...(item.note === undefined || item.note === "" ? {} : { note: { html: escapeHtml(item.note), text: item.note } }), ...described }];
    });
    return { ...describeShortly(collection), private: collection.private, position: collection.position, gating: false, items };
  }

  /** Undefined for what is gone, or not for this caller to see. */
  function describeItem(item: HubCollectionItem, caller: TokenHolder | undefined): Readonly<Record<string, unknown>> | undefined {
    if (item.type === "collection") {
      const inner = collections.find(item.target);
      return inner === undefined || !isVisible(inner, caller) ? undefined : { id: inner.id, ...describeShortly(inner), numberItems: inner.items.length };
    }
    const repository = repositoryOf(item);
    if (repository === undefined || !maySee(host.accounts, repository.record, caller)) return undefined;
    const { _id: _unused, ...described } = describeRepository(host, repository, summarizeHead(host, repository), { expand: ["author", "downloads", "gated", "lastModified", "likes", "private", "pipeline_tag", "sdk", "tags"], also: [] });
    return { ...described, repoType: item.type };
  }

  function describeShortly(collection: HubCollection): Readonly<Record<string, unknown>> {
    const { title: name, description, theme: colour, updated_at, owner } = collection;
    return { slug: slugOf(collection), title: name, ...(description === undefined ? {} : { description }), owner: describeOwner(owner), theme: colour, lastUpdated: updated_at, upvotes: 0, isUpvotedByUser: false };
  }

  function describeOwner(name: string): unknown {
    const account = host.accounts.find(name);
    return { _id: account?.id, name, fullname: account?.fullname ?? name, type: account?.type ?? "user", avatarUrl: account?.avatar ?? "" };
  }
}

function dropUndefined<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
