// Making, moving, changing and deleting repositories.
import { z } from "zod";
import type { HubRepositoryKind } from "../../records/index.ts";
import type { Route } from "../../route.ts";
import type { TokenHolder } from "./accounts.ts";
import { readJsonBody } from "./body.ts";
import { findCardFaults, findHead, readCard } from "./card.ts";
import { maySee, requireNamespace, requireWriter, requireWriteToken } from "./caller.ts";
import { authorOf } from "./commit.ts";
import { copyHistory, writeFirstCommit } from "./first-commit.ts";
import { bodyInvalid, repositoryMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";
import { hubRoute, pageOf, repositoryRoutes, type HubCall } from "./routing.ts";

const LARGEST_CREATION_BYTES = 64 * 2 ** 20;
const kind = z.enum(["model", "dataset", "space"]).nullish();
const visibility = z.enum(["private", "public", "protected"]).nullish();
const createSchema = z.object({
  name: z.string(),
  organization: z.string().nullish(),
  type: kind,
  visibility,
  private: z.boolean().nullish(),
  sdk: z.string().max(50).nullish(),
  license: z.string().max(100).nullish(),
  files: z.array(z.object({ path: z.string(), content: z.string(), encoding: z.enum(["base64", "utf-8"]).default("utf-8") })).max(1000).nullish(),
});
const deleteSchema = z.object({ name: z.string(), organization: z.string().nullish(), type: kind });
const moveSchema = z.object({ fromRepo: z.string(), toRepo: z.string(), type: kind });
const settingsSchema = z.object({ visibility, private: z.boolean().nullish(), gated: z.union([z.literal(false), z.enum(["auto", "manual"])]).optional(), discussionsDisabled: z.boolean().optional() });
const duplicateSchema = z.object({ repository: z.string(), visibility, private: z.boolean().nullish() });
const cardSchema = z.object({ content: z.string().max(4 * 2 ** 20), repoType: kind });

export function manageRoutes(host: Host): readonly Route[] {
  return [
    hubRoute(host, { method: "POST", path: "/api/repos/create", summary: "Make a repository", limitBytes: LARGEST_CREATION_BYTES }, async (asked) => {
      const { caller, call, body } = asked;
      requireWriteToken(caller);
      const wanted = await readJsonBody(body, createSchema, LARGEST_CREATION_BYTES);
      const { owner, name, holder } = placeNew(asked, wanted.organization, wanted.name);
      const repositoryKind = wanted.type ?? "model";
      const answer = (repository: Repository) => ({ url: pageOf(repository, call.origin), name: repository.id, id: repository.record.id });
      const existing = host.repositories.find(repositoryKind, `${owner}/${name}`);
      if (existing !== undefined && !existing.isFormer) {
        const message = `You already created this ${repositoryKind} repo: ${existing.repository.id}`;
        // Clients that are content with a repository that is there read its address out of the refusal.
        return { json: { error: message, ...answer(existing.repository) }, status: 409, headers: { "x-error-message": message } };
      }
      const files = (wanted.files ?? []).map(({ path, content, encoding }) => ({ path, bytes: Buffer.from(content, encoding === "base64" ? "base64" : "utf8") }));
      host.requireRoom(files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
      const isPrivate = isPrivateBy(wanted) ?? host.accounts.find(owner)?.private_by_default ?? false;
      const repository = await host.repositories.create({ kind: repositoryKind, owner, name, private: isPrivate, ...(wanted.sdk === null || wanted.sdk === undefined ? {} : { sdk: wanted.sdk }) }, (git) =>
        // A space is shown by its title, and run by what its README names.
        writeFirstCommit(host, git, { kind: repositoryKind, author: authorOf(holder), files, head: { ...(repositoryKind === "space" ? { title: name, sdk: wanted.sdk ?? undefined } : {}), license: wanted.license ?? undefined } }),
      );
      return { json: answer(repository) };
    }),
    hubRoute(host, { method: "DELETE", path: "/api/repos/delete", summary: "Delete a repository" }, async ({ caller, body }) => {
      const { account } = requireWriteToken(caller);
      const { name, organization, type } = await readJsonBody(body, deleteSchema);
      const id = name.includes("/") ? name : `${organization ?? account.name}/${name}`;
      const repository = requireOwn(host, type ?? "model", id, caller);
      await host.repositories.delete(repository);
      return { json: {} };
    }),
    hubRoute(host, { method: "POST", path: "/api/repos/move", summary: "Rename a repository, or give it to another owner" }, async (asked) => {
      const { caller, body, call } = asked;
      requireWriteToken(caller);
      const { fromRepo, toRepo, type } = await readJsonBody(body, moveSchema);
      const repository = requireOwn(host, type ?? "model", fromRepo, caller);
      const { owner, name } = placeNew(asked, undefined, toRepo);
      await host.repositories.move(repository, owner, name);
      return { json: { url: pageOf(repository, call.origin) } };
    }),
    ...repositoryRoutes(host, { method: "PUT", path: "/settings", summary: "Change who may see a repository", needs: "write" }, async ({ body, repository }) => {
      const wanted = await readJsonBody(body, settingsSchema);
      const isPrivate = isPrivateBy(wanted);
      const record = await repository.exclusively(() =>
        repository.update({ ...(isPrivate === undefined ? {} : { private: isPrivate }), ...(wanted.gated === undefined ? {} : { gated: wanted.gated }), ...(wanted.discussionsDisabled === undefined ? {} : { discussions_disabled: wanted.discussionsDisabled }) }),
      );
      return { json: { private: record.private, gated: record.gated, discussionsDisabled: record.discussions_disabled } };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/duplicate", summary: "Copy a repository with its history", needs: "read" }, async (asked) => {
      const { body, call, repository } = asked;
      requireWriteToken(asked.caller);
      const wanted = await readJsonBody(body, duplicateSchema);
      const { owner, name } = placeNew(asked, undefined, wanted.repository);
      const { sdk } = repository.record;
      const copy = await host.repositories.create({ kind: repository.kind, owner, name, private: isPrivateBy(wanted) ?? repository.record.private, ...(sdk === undefined ? {} : { sdk }) }, (git) => copyHistory(repository.git, git));
      return { json: { url: pageOf(copy, call.origin), name: copy.id, id: copy.record.id } };
    }),
    hubRoute(host, { method: "POST", path: "/api/validate-yaml", summary: "Check the head of a README" }, async ({ body }) => {
      const { content } = await readJsonBody(body, cardSchema, 8 * 2 ** 20);
      const read = readCard(content, host.parseYaml);
      const faults = "fault" in read ? [read.fault] : read.data === undefined ? [] : findCardFaults(read.data);
      const isEmpty = findHead(content) === undefined || ("data" in read && Object.keys(read.data ?? {}).length === 0);
      const warnings = isEmpty ? [{ message: "empty or missing yaml metadata in repo card" }] : [];
      return { json: { errors: faults.map((message) => ({ message })), warnings }, status: faults.length > 0 ? 400 : 200 };
    }),
  ];
}

/** Where a new repository goes, if the caller may put it there. @throws `hub.forbidden`, `hub.body_invalid` */
function placeNew({ host, caller }: HubCall, organization: string | null | undefined, id: string): { readonly owner: string; readonly name: string; readonly holder: TokenHolder } {
  const parts = id.split("/");
  if (parts.length > 2) throw bodyInvalid(`${JSON.stringify(id.slice(0, 200))} is no owner/name`);
  const [owner, name] = parts.length === 2 ? [parts[0]!, parts[1]!] : [organization ?? caller?.account.name ?? "", parts[0]!];
  const holder = requireNamespace(host.accounts, owner, caller);
  return { owner: host.accounts.find(owner)?.name ?? owner, name, holder };
}

/** @throws `hub.repository_missing`, `hub.forbidden` */
function requireOwn(host: Host, repositoryKind: HubRepositoryKind, id: string, caller: TokenHolder | undefined): Repository {
  const found = host.repositories.find(repositoryKind, id);
  if (found === undefined || found.isFormer || !maySee(host.accounts, found.repository.record, caller)) throw repositoryMissing(repositoryKind, id);
  requireWriter(host.accounts, found.repository.record.owner, found.repository.id, caller);
  return found.repository;
}

function isPrivateBy(wanted: { readonly visibility?: string | null | undefined; readonly private?: boolean | null | undefined }): boolean | undefined {
  if (typeof wanted.visibility === "string") return wanted.visibility !== "public";
  return wanted.private ?? undefined;
}
