import type { Problem } from "../../route.ts";
import { hubProblem } from "../host/problem.ts";
import { html } from "./html.ts";
import { PAGE_HEADERS, renderPage } from "./layout.ts";

/** An error as a page. */
export function pageProblem(problem: Problem): { readonly status: number; readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const { status } = hubProblem(problem);
  const body = html`<h1>${status}</h1><p>${status >= 500 ? "Something went wrong inside." : problem.detail}</p>${problem.hint !== undefined && html`<p class="soft">${problem.hint}</p>`}`;
  return { status, body: renderPage({ title: String(status), body }), headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" } };
}
