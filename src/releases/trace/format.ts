import { visibleText } from "../../visible.ts";
import type { Trace, TraceNode } from "./node.ts";

/** The tree as lines, what something was made from below it, and what is missing at the end. */
export function formatTrace({ root, missing }: Trace): string {
  const gaps = missing.map(({ what, reason }) => `  ${what}: ${reason}`);
  const rest = gaps.length === 0 ? ["", "Nothing is missing."] : ["", "Missing:", ...gaps];
  return [...lines(root, "", ""), ...rest].map(visibleText).join("\n");
}

function lines(node: TraceNode, first: string, rest: string): readonly string[] {
  const { kind, name, digest, place, note, from } = node;
  const facts = [note, place ?? "", digest === null ? "" : `sha256:${digest}`].filter((fact) => fact !== "" && fact !== name);
  const own = [`${first}${kind}  ${name}`, ...facts.map((fact) => `${rest}${from.length > 0 ? "│ " : "  "}  ${fact}`)];
  const children = from.flatMap((child, at) => (at === from.length - 1 ? lines(child, `${rest}└─ `, `${rest}   `) : lines(child, `${rest}├─ `, `${rest}│  `)));
  return [...own, ...children];
}
