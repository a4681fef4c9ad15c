// What the hub of this process says to a client. Wordings in quotes are those that the clients' own test-suites look for.
import { TunesmithError } from "../../errors.ts";
import { countOf } from "../../plural.ts";
import type { HubRepositoryKind } from "../../records/index.ts";
import { visibleText } from "../../visible.ts";

const quote = (text: string) => JSON.stringify(visibleText(text.length > 200 ? `${text.slice(0, 200)}…` : text));

function make(code: string, message: string, hint: string, details?: Readonly<Record<string, unknown>>, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: `hub.${code}`, message, hint, ...(details === undefined ? {} : { details }), ...(cause === undefined ? {} : { cause }) });
}

export function dataInUse(directory: string, cause: unknown): TunesmithError {
  return make("data_in_use", `Cannot serve ${directory}: another process has it open`, "Stop that one, or choose another directory with --data.", { directory }, cause);
}

export function dataForeign(directory: string): TunesmithError {
  return make("data_foreign", `Cannot use ${directory} for a hub: it holds something else and no hub.json`, "Choose an empty directory with --data.", { directory });
}

/** Clients have these words in their own message already, and do not say them twice. */
const REPOSITORY_NOT_FOUND = "Repository not found";

export function repositoryMissing(kind: HubRepositoryKind, id: string): TunesmithError {
  return make("repository_missing", REPOSITORY_NOT_FOUND, `There is no ${kind} ${quote(id)}, or you may not see it: check the name and the token.`, { id });
}

export function repositoryHidden(kind: HubRepositoryKind, id: string): TunesmithError {
  return make("repository_hidden", REPOSITORY_NOT_FOUND, `There is no ${kind} ${quote(id)} that can be seen without a token: set HF_TOKEN.`, { id });
}

/** The client adds the address of what stands there. */
export function repositoryTaken(kind: HubRepositoryKind, id: string): TunesmithError {
  return make("repository_taken", `You already created this ${kind} repo: ${id}`, "Choose another name, or pass exist_ok.", { id });
}

export function moveTargetTaken(kind: HubRepositoryKind, id: string): TunesmithError {
  return make("repository_taken", `A ${kind} repository called ${id} already exists`, "Choose another name.", { id });
}

export function repositoryNameInvalid(name: string, state: string): TunesmithError {
  return make("name_invalid", `Cannot use the name ${quote(name)}: ${state}`, "Use letters, digits, - _ and . only, at most 96 of them.");
}

export function routeMissing(method: string, url: string): TunesmithError {
  return make("route_missing", `Cannot ${method} ${quote(url.split("?")[0] ?? "")}: this hub has nothing there`, "Read docs/guide/hub.md for what it answers.");
}

export function revisionMissing(revision: string): TunesmithError {
  return make("revision_missing", `Invalid rev id: ${quote(revision)} is no branch, tag or commit of this repository`, "Choose one of `list_repo_refs`.", { revision });
}

export function branchMissing(name: string): TunesmithError {
  return make("revision_missing", `Invalid rev id: there is no branch or tag ${quote(name)}`, "Choose one of `list_repo_refs`.", { revision: name });
}

export function entryMissing(path: string, revision: string): TunesmithError {
  return make("entry_missing", `Entry not found: ${quote(path)} does not exist on ${quote(revision)}`, "List the files first.", { path });
}

export function deletionMissing(path: string): TunesmithError {
  return make("entry_missing", `A file with this name doesn't exist: ${quote(path)} cannot be deleted`, "List the files first.", { path });
}

export function tokenMissing(): TunesmithError {
  return make("token_missing", "Invalid username or password: this needs a token, none was sent", "Set HF_TOKEN; `tunesmith hub token create` makes one.");
}

export function tokenUnknown(): TunesmithError {
  return make("token_unknown", "Invalid user token: it is unknown here or was taken back", "Make one with `tunesmith hub token create`.");
}

export function writeTokenNeeded(): TunesmithError {
  return make("forbidden", "Cannot write: this token may read, one with the role write is needed", "Make one with `tunesmith hub token create --write`.");
}

export function writeForbidden(user: string, id: string): TunesmithError {
  return make("forbidden", `Cannot write to ${quote(id)}: ${user} is not its owner and no member of the owner who may`, "Ask its owner.");
}

export function namespaceForbidden(user: string, owner: string): TunesmithError {
  return make("forbidden", `You don't have the rights to create a repository under the namespace ${quote(owner)}: ${user} is no member of it who may write`, "Choose your own name, or ask an admin of the organization.");
}

interface Named {
  readonly kind: HubRepositoryKind;
  readonly id: string;
}

export function accessRestricted({ kind, id }: Named): TunesmithError {
  return make("gated", `Access to ${kind} ${id} is restricted and you are not in the authorized list`, "Ask for access, then send your token.");
}

export function accessRestrictedAnonymous({ kind, id }: Named): TunesmithError {
  return make("gated_anonymous", `Access to ${kind} ${id} is restricted. You must have access to it and be authenticated to access it`, "Set HF_TOKEN.");
}

export function referenceTaken(ref: string): TunesmithError {
  return make("reference_taken", `Reference ${ref} already exists`, "Choose another name, or pass exist_ok.", { ref });
}

export function referenceProtected(ref: string): TunesmithError {
  return make("reference_protected", `Cannot delete ${ref}: it is the branch that is shown first`, "Delete the repository, or choose another branch.");
}

export function referenceInvalid(name: string): TunesmithError {
  return make("reference_invalid", `Cannot use ${quote(name)} as a name: git allows no such branch or tag`, "Choose a name such as main or v1.0.");
}

export function parentMoved(expected: string, current: string): TunesmithError {
  return make("parent_moved", "The branch was updated since you opened this page. Please refresh and try again.", "Read the branch again and repeat the change on top of it.", { expected, current });
}

export function commitPathInvalid(path: string, state: string): TunesmithError {
  return make("path_invalid", `Cannot commit ${quote(path)}: ${state}`, "Use a path inside the repository, with / between its parts.", { path: path.slice(0, 1000) });
}

export function pointerUnknown(path: string, oid: string): TunesmithError {
  return make("upload_missing", `LFS pointer pointed to a file that does not exist: ${quote(path)} names ${oid}, which was not uploaded`, "Upload the file before the commit.", { path, oid });
}

export function pointerSizeWrong(path: string, size: number, found: number): TunesmithError {
  return make("body_invalid", `Cannot commit ${quote(path)}: its size is said to be ${size}, what was uploaded has ${countOf(found, "byte")}`, "Upload the file again.");
}

export function bodyInvalid(state: string): TunesmithError {
  return make("body_invalid", `Cannot read the request: ${state}`, "Send what the Hugging Face hub's API takes.");
}

export function bodyTooLarge(limitBytes: number): TunesmithError {
  return make("too_large", `Cannot read the request: it has more than ${countOf(limitBytes, "byte")}`, "Send less at once; upload large files with LFS.");
}

export function cardInvalid(state: string): TunesmithError {
  return make("card_invalid", `Invalid metadata in README.md: ${state}`, "Correct the YAML between the --- lines.");
}

export function quotaExceeded(neededBytes: number, leftBytes: number): TunesmithError {
  return make("quota_exceeded", `Cannot store ${countOf(neededBytes, "byte")}: ${countOf(Math.max(0, leftBytes), "byte")} of this hub's quota are left`, "Delete files and collect the garbage, or ask who runs this hub for more.");
}

export function diskFull(cause?: unknown): TunesmithError {
  return make("disk_full", "Cannot store this: the disk of this hub is full; nothing was changed", "Ask who runs this hub to make room, then repeat it.", undefined, cause);
}

export function discussionMissing(number: string): TunesmithError {
  return make("discussion_missing", `Cannot find discussion ${quote(number)}: this repository has none of that number`, "List the discussions first.");
}

export function accessRequestMissing(user: string, id: string): TunesmithError {
  return make("access_request_missing", `Cannot change the access of ${quote(user)}: they have not asked for ${quote(id)}`, "Grant it to let them in unasked.");
}

export function accessRequestSettled(user: string, status: string): TunesmithError {
  return make("body_invalid", `Cannot change the access of ${quote(user)}: it is ${status} already`, "List the requests first.");
}

export function webhookMissing(id: string): TunesmithError {
  return make("webhook_missing", `Cannot find the webhook ${quote(id)}: you have none of that id`, "List the webhooks first.");
}

export function webhooksOff(): TunesmithError {
  return make("forbidden", "Cannot make a webhook: this hub sends requests to nobody", "Ask who runs it to start it with --webhooks.");
}

export function collectionMissing(slug: string): TunesmithError {
  return make("collection_missing", `Cannot find the collection ${quote(slug)}: there is none, or you may not see it`, "List the collections first.");
}

export function collectionItemMissing(id: string, title: string): TunesmithError {
  return make("collection_missing", `Cannot find ${quote(id)}: the collection ${quote(title)} has no such item`, "Ask for the collection first.");
}

export function collectionItemTaken(title: string): TunesmithError {
  return make("collection_item_taken", `Cannot add this to the collection ${quote(title)}: it is in it already`, "Change its note instead, or pass exists_ok.");
}

export function mergeRefused(number: number, state: string): TunesmithError {
  return make("merge_refused", `Cannot merge pull request ${number}: ${state}`, "Rebase its commits onto the branch, or resolve the files by hand.");
}

export function rangeUnsatisfiable(sizeBytes: number): TunesmithError {
  return make("range_unsatisfiable", `Cannot send this range: the file has ${countOf(sizeBytes, "byte")}`, "Ask for a range inside the file.");
}

export function addressExpired(): TunesmithError {
  return make("address_expired", "Cannot use this address: it is not signed by this hub, or its time is over", "Ask for a new one.");
}

export function accountMissing(name: string): TunesmithError {
  return make("account_missing", `Cannot find ${quote(name)}: there is no such user or organization`, "List them with `tunesmith hub user list`.");
}

export function accountTaken(name: string): TunesmithError {
  return make("account_taken", `Cannot add ${quote(name)}: a user or an organization has this name`, "Choose another name.");
}

export function tokenNotHeld(name: string, user: string): TunesmithError {
  return make("token_not_held", `Cannot take back ${quote(name)}: ${user} has no token of that name`, "List them with `tunesmith hub token list`.");
}

export function tokenTaken(name: string): TunesmithError {
  return make("token_taken", `Cannot make a token called ${quote(name)}: there is one, and tokens are told apart by their names`, "Choose another name, or remove the old one.");
}

export function tokenUnusable(state: string): TunesmithError {
  return make("token_unusable", `Cannot take the given token: ${state}`, "Give at least 8 letters, digits, - and _.");
}
