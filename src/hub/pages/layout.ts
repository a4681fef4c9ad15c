// What every page has around it. Pages load nothing but themselves and the pictures of this hub: they work offline, and a card can run nothing.
import { html, rawHtml, type Html } from "./html.ts";

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

const STYLE = `
:root{--ink:#1b2430;--soft:#5b6672;--line:#dde1e6;--paper:#fbfbfa;--card:#fff;--link:#0b5394;--tint:#f0f3f6}
@media(prefers-color-scheme:dark){:root{--ink:#d8dee6;--soft:#8d98a5;--line:#333b44;--paper:#15191e;--card:#1c2127;--link:#7fb4ea;--tint:#20262d}}
*{box-sizing:border-box}body{font:15px/1.55 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--paper)}a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
header,main{max-width:68rem;margin:0 auto;padding:.8rem 1rem}header{display:flex;gap:1.2rem;align-items:center;border-bottom:1px solid var(--line)}header form{margin-left:auto}
input,select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.3rem .6rem}h1{font-size:1.35rem;margin:.6rem 0;overflow-wrap:anywhere}h1 small{color:var(--soft);font-weight:400}
nav{display:flex;gap:1.2rem;border-bottom:1px solid var(--line);margin:.8rem 0 1rem}nav a{padding:.35rem 0;color:var(--soft)}nav a[aria-current]{color:var(--ink);border-bottom:2px solid var(--link)}
.tag{display:inline-block;font-size:.8rem;background:var(--tint);border:1px solid var(--line);border-radius:999px;padding:0 .6rem;margin:0 .3rem .3rem 0}.soft{color:var(--soft)}.private{color:#a15c00}
.columns{display:grid;grid-template-columns:minmax(0,1fr) 17rem;gap:1.6rem}@media(max-width:50rem){.columns{grid-template-columns:minmax(0,1fr)}}
table{border-collapse:collapse;width:100%;margin:.6rem 0}th,td{text-align:left;border-top:1px solid var(--line);padding:.35rem .6rem .35rem 0;vertical-align:top;overflow-wrap:anywhere}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
pre,code{font:13px/1.5 ui-monospace,monospace}pre{background:var(--tint);padding:.7rem .9rem;border-radius:6px;overflow:auto}.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.2rem 1.2rem 1rem;overflow-wrap:anywhere}.card img{max-width:100%}
dl{margin:0}dt{color:var(--soft);font-size:.85rem;margin-top:.6rem}dd{margin:0;overflow-wrap:anywhere}
.tree{list-style:none;padding:0;margin:0}.tree .tree{border-left:1px solid var(--line);margin-left:.5rem;padding-left:1rem}.tree li{margin:.25rem 0}.here{font-weight:600;background:var(--tint);border-radius:6px;padding:.1rem .5rem}
td.line{width:3.5rem;color:var(--soft);text-align:right;user-select:none}.code td{border:0;padding:0 .8rem 0 0;font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap}`;

export interface PageParts {
  readonly title: string;
  /** Who looks, when it is known. */
  readonly viewer?: string;
  /** What was searched for. */
  readonly search?: string;
  readonly body: Html;
}

/** A whole document. */
export function renderPage({ title, viewer, search = "", body }: PageParts): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${rawHtml(STYLE)}</style></head>
<body><header><a href="/"><b>hub</b></a><a href="/models">Models</a><a href="/datasets">Datasets</a><a href="/spaces">Spaces</a>
<form action="/models"><input type="search" name="search" placeholder="Search models" value="${search}" aria-label="Search models"></form>
${viewer === undefined ? html`<a href="/login">Sign in</a>` : html`<span class="soft">${viewer}</span>`}</header>
<main>${body}</main></body></html>
`;
  return page.html;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Decimal units, three digits. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${UNITS[unit]}`;
}

/** `2026-11-21 14:05` in UTC. */
export function formatMoment(seconds: number): string {
  return new Date(1000 * seconds).toISOString().slice(0, 16).replace("T", " ");
}
