// Tells webhooks what happened, once each, in the form of https://huggingface.co/docs/hub/webhooks. What cannot be delivered is reported, not
// repeated: a receiver that must miss nothing asks the hub when it comes back.
import type { HubDiscussion, HubWebhook, HubWebhookDomain } from "../../records/index.ts";
import { resolveRevision } from "../git/revisions.ts";
import { maySee } from "./caller.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";
import { pageOf } from "./routing.ts";
import { listWebhooks } from "./webhooks.ts";

const TIMEOUT_MS = 10_000;

export interface DeliveryOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Where this hub is. */
  readonly endpoint: () => string;
  readonly onError: (thrown: unknown, webhook: HubWebhook) => void;
}

/** From now on; does nothing where webhooks are not allowed. */
export function deliverWebhooks(host: Host, { fetch, endpoint, onError }: DeliveryOptions): void {
  if (!host.allowsWebhooks) return;
  const tell = (repository: Repository, domain: HubWebhookDomain, body: Readonly<Record<string, unknown>>): void => {
    for (const webhook of listWebhooks(host.directory).filter((one) => listens(host, one, repository, domain))) {
      void send(fetch, webhook, { ...body, repo: describeRepository(host, repository, endpoint()), webhook: { id: webhook.id, version: 3 } }).catch((thrown: unknown) => onError(thrown, webhook));
    }
  };
  host.onCommitted((repository) => tell(repository, "repo", { event: { action: "update", scope: "repo.content" } }));
  host.onDiscussed((repository, discussion, event) => tell(repository, "discussion", { event, discussion: describeDiscussion(repository, discussion, endpoint()) }));
}

function listens(host: Host, { user, watched, domains, disabled }: HubWebhook, { kind, id, record }: Repository, domain: HubWebhookDomain): boolean {
  const account = host.accounts.find(user);
  if (disabled || !domains.includes(domain) || account === undefined || !maySee(host.accounts, record, { account })) return false;
  return watched.some(({ type, name }) => (type === kind ? name.toLowerCase() === id.toLowerCase() : (type === "user" || type === "org") && name.toLowerCase() === record.owner.toLowerCase()));
}

async function send(fetch: DeliveryOptions["fetch"], { url, secret }: HubWebhook, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json", ...(secret === undefined ? {} : { "x-webhook-secret": secret }) };
  // Whoever may name an address may not lead the hub on to another.
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
}

function describeRepository({ accounts }: Host, repository: Repository, endpoint: string): unknown {
  const { kind, id, record, git } = repository;
  return { type: kind, name: id, id: record.id, private: record.private, headSha: resolveRevision(git, "HEAD")?.commit, url: { web: pageOf(repository, endpoint), api: `${endpoint}/api/${kind}s/${id}` }, owner: { id: accounts.find(record.owner)?.id } };
}

function describeDiscussion(repository: Repository, { number, title, status, pull_request, author }: HubDiscussion, endpoint: string): unknown {
  const place = `${repository.id}/discussions/${number}`;
  return { num: number, title, status, isPullRequest: pull_request !== undefined, author: { name: author }, url: { web: `${pageOf(repository, endpoint)}/discussions/${number}`, api: `${endpoint}/api/${repository.kind}s/${place}` } };
}
