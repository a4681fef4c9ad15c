import { expect, it } from "vitest";
import { TOKENS, withHub, type TestHub } from "../../../test/helpers/hub.ts";
import { routeCall } from "../../../test/helpers/route-call.ts";
import type { Route } from "../../route.ts";
import { pageRoutes } from "./routes.ts";

/** What a browser gets: the text of a page, or the status of what was thrown. */
async function show(hub: TestHub, path: string, params: Readonly<Record<string, string>>, token?: string): Promise<string> {
  const route = pageRoutes(hub.host).find((one) => one.path === path) as Route;
  try {
    const reply = await route.run(routeCall({ params, url: path, headers: token === undefined ? {} : { authorization: `Basic ${Buffer.from(`ann:${token}`).toString("base64")}` } }));
    return "text" in reply ? reply.text : JSON.stringify(reply);
  } catch (thrown) {
    const { code, message } = thrown as { code: string; message: string };
    const problem = route.problem!({ error: code, detail: message, status_code: 400 });
    expect(problem.headers).toMatchObject({ "content-type": "text/html; charset=utf-8" });
    return `${problem.status} ${String(problem.body)}`;
  }
}

const readme = "---\nlicense: mit\nbase_model: far/base\n---\n# Tiny <b>\n";
const content = (text: string) => Buffer.from(text).toString("base64");
const of = { owner: "ann", name: "m" };

it("shows card, files, history and lineage of what a viewer may see, and nothing else", async () => {
  await withHub(async (hub) => {
    await hub.commit("ann/m", [{ key: "header", value: { summary: "Card <now>" } }, { key: "file", value: { path: "README.md", content: content(readme), encoding: "base64" } }, { key: "file", value: { path: "src/a.txt", content: content("1\n"), encoding: "base64" } }]);
    expect(await show(hub, "/", {})).toContain('href="/ann/m"');
    const card = await show(hub, "/:owner/:name", of);
    expect(card).toContain("Tiny &lt;b&gt;");
    expect(card).toContain("<dd>mit</dd>");
    expect(await show(hub, "/:owner/:name/tree/*", { ...of, "*": "main" })).toMatch(/src\/[\s\S]*README\.md[\s\S]*Card &lt;now&gt;/);
    expect(await show(hub, "/:owner/:name/blob/*", { ...of, "*": "main/src/a.txt" })).toContain('<td class="line">1</td>');
    expect(await show(hub, "/:owner/:name/commits/*", { ...of, "*": "main" })).toContain("Card &lt;now&gt;");
    expect(await show(hub, "/:owner/:name/lineage", of)).toContain("far/base");
    expect(await show(hub, "/:owner/:name/blob/*", { ...of, "*": "main/none" })).toMatch(/^404 /);
    await hub.ask("PUT", "/api/models/ann/m/settings", { body: { private: true } });
    expect(await show(hub, "/", {})).not.toContain("ann/m");
    expect(await show(hub, "/:owner/:name", of)).toMatch(/^401 /);
    expect(await show(hub, "/:owner/:name", of, TOKENS.ann)).toContain("private");
  });
});
