// What a run's own record says of its place follows the run; every other byte of it stays.
import type { RunScheme } from "./run-target.ts";

/** The text of a `run.json` for a run that moved, or the text itself when it is no record of that run. @param from, to relative to the workspace */
export function renameRecord(text: string, from: string, to: string, scheme: RunScheme): string {
  const record = parseObject(text);
  const name = record?.["name"];
  if (typeof name !== "string" || name === "") return text;
  const fresh = to.replace(/^outputs\//, "");
  if (name !== fresh && from !== name && !from.endsWith(`/${name}`)) return text;
  const named = setText(text, "name", fresh);
  return record?.["scheme"] === undefined ? named : setText(named, "scheme", scheme);
}

/** Replaces a text that is a member of the outermost object. */
function setText(text: string, key: string, value: string): string {
  const wanted = JSON.stringify({ ...parseObject(text), [key]: value });
  for (const { index, 0: found, 1: head } of text.matchAll(new RegExp(`("${key}"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, "g"))) {
    const replaced = `${text.slice(0, index)}${head}${JSON.stringify(value)}${text.slice(index + found.length)}`;
    if (JSON.stringify(parseObject(replaced)) === wanted) return replaced;
  }
  return text;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
