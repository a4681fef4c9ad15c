// The YAML head of a card that somebody wrote: only its plain values are wanted, and a broken one says nothing.
import { parseYaml } from "../../config/index.ts";
import { readSmallText } from "../../files/index.ts";

const LARGEST = 1 << 20;

/** Empty where there is no card, no head, or one that is no YAML. */
export function readCardHead(path: string): Readonly<Record<string, unknown>> {
  const content = readSmallText(path, LARGEST);
  return "text" in content ? parseCardHead(content.text) : {};
}

/** The head of the text of a card. */
export function parseCardHead(text: string): Readonly<Record<string, unknown>> {
  const [, head] = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(text) ?? [];
  try {
    const value = head === undefined ? {} : parseYaml(head);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch (cause) {
    if (cause instanceof SyntaxError) return {};
    throw cause;
  }
}
