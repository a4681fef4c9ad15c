import type { Connection } from "../pull/request.ts";
import { call, readJsonAnswer } from "./call.ts";
import { answerStrange, type Deed } from "./errors.ts";

/** A list that a hub gives page by page: `Link: <…>; rel="next"` leads on, on the same host only. */
export async function* readPages(connection: Connection, path: string, deed: Deed): AsyncGenerator<readonly unknown[]> {
  const seen = new Set<string>();
  for (let next: string | undefined = path; next !== undefined; ) {
    if (seen.has(next)) throw answerStrange(deed, "gives pages that lead round in a circle");
    seen.add(next);
    const response = await call(connection, { method: "GET", path: next }, deed);
    const link: string | undefined = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
    const page = await readJsonAnswer(response, deed);
    if (!Array.isArray(page)) throw answerStrange(deed, "does not answer with a list");
    yield page;
    next = link === undefined ? undefined : onThisHub(connection, link, deed);
  }
}

function onThisHub({ endpoint }: Connection, link: string, deed: Deed): string {
  const home = new URL(`${endpoint}/`);
  const url = URL.canParse(link, home.href) ? new URL(link, home) : undefined;
  if (url === undefined || url.host !== home.host) throw answerStrange(deed, "leads to another host for its next page");
  return url.href;
}
