// The only place that speaks YAML.
import { parseDocument, stringify } from "yaml";
import { readText } from "../files/index.ts";
import { configUnreadable } from "./errors.ts";
import { readPlainYaml } from "./plain-yaml.ts";

/** Reads a YAML file (1.2 core schema) that must hold a mapping; an empty file is an empty mapping. @throws `files.missing`, `config.unreadable` with line and column */
export function readYaml(path: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(readText(path), { prettyErrors: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw configUnreadable(path, `not valid YAML: ${fault.message.split("\n")[0]?.replace(/:$/, "")}`, fault);
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw configUnreadable(path, `the file holds ${Array.isArray(value) ? "a list" : `a ${typeof value}`}, a mapping of keys to values is needed`);
  return value as Record<string, unknown>;
}

/**
 * Parses YAML text of any shape: somebody else's sidecar or Hydra config. Unknown tags are read as plain values, aliases are expanded at
 * most 100 times (a "billion laughs" is refused). @throws `SyntaxError` naming the first fault
 */
export function parseYaml(text: string): unknown {
  const plain = readPlainYaml(text);
  if (plain !== undefined) return plain;
  const document = parseDocument(text, { logLevel: "silent", prettyErrors: false, uniqueKeys: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new SyntaxError(fault.message.split("\n")[0]);
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    throw new SyntaxError((cause as Error).message, { cause });
  }
}

/** Parses one YAML value of a command line (`2e-4`, `[a, b]`, `true`); text that is no YAML is itself. */
export function parseYamlScalar(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? text : (document.toJS() as unknown);
}

/** YAML text of a JSON-like value, keys in their order. */
export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}
