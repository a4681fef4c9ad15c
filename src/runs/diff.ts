// Two configurations member by member, as deep as they go.
import { canonicalJson } from "../files/index.ts";
import { visibleText } from "../visible.ts";

export interface ConfigChange {
  /** Dotted path: `lora.r`. A dot inside a name stays as it is. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /** Absent where it was added. */
  readonly before?: unknown;
  /** Absent where it was removed. */
  readonly after?: unknown;
}

type Config = Readonly<Record<string, unknown>>;

/** What it takes to come from `before` to `after`, sorted by path. Lists count as one value; the order of keys does not matter. */
export function diffConfigs(before: Config, after: Config): readonly ConfigChange[] {
  return compareMembers(before, after, "").sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function compareMembers(before: Config, after: Config, prefix: string): ConfigChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name): ConfigChange[] => {
    const path = `${prefix}${name}`;
    const [a, b] = [before[name], after[name]];
    if (a === undefined && b === undefined) return [];
    if (isGroup(a) && isGroup(b)) return compareMembers(a, b, `${path}.`);
    if (a === undefined) return leaves(b, path).map(([leaf, value]) => ({ path: leaf, kind: "added", after: value }));
    if (b === undefined) return leaves(a, path).map(([leaf, value]) => ({ path: leaf, kind: "removed", before: value }));
    return canonicalJson(a) === canonicalJson(b) ? [] : [{ path, kind: "changed", before: a, after: b }];
  });
}

function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (!isGroup(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : leaves(member, `${path}.${name}`)));
}

function isGroup(value: unknown): value is Config {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** One line a change: `~ lora.r: 8 → 16`, `+ warmup_steps: 10`, `- seed: 42`. Texts stand in quotes where they could be mistaken. */
export function formatConfigDiff(changes: readonly ConfigChange[]): string {
  return changes
    .map(({ path: name, kind, before, after }) => {
      const path = visibleText(name);
      if (kind === "added") return `+ ${path}: ${formatValue(after)}`;
      if (kind === "removed") return `- ${path}: ${formatValue(before)}`;
      return `~ ${path}: ${formatValue(before)} → ${formatValue(after)}`;
    })
    .join("\n");
}

function formatValue(value: unknown): string {
  return typeof value === "string" && /^[\p{L}][\p{L}\p{N}_./:@+-]*$/u.test(value) && !["true", "false", "null"].includes(value) ? value : JSON.stringify(value);
}
