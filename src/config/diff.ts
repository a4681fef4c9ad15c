import { canonicalJson } from "../files/index.ts";

/** One key that differs; undefined where the key is absent. */
export interface ConfigDifference {
  /** Dotted. */
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Every dotted key whose values differ between two configurations, sorted. Lists are compared as a whole. */
export function diffConfigs(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): readonly ConfigDifference[] {
  const [a, b] = [leaves(before), leaves(after)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .sort()
    .map((key) => ({ key, before: a.get(key), after: b.get(key) }))
    .filter(({ before: left, after: right }) => canonicalJson(left) !== canonicalJson(right));
}

/** One line a difference: `learning_rate: 0.0002 → 0.0001`. */
export function formatConfigDifferences(differences: readonly ConfigDifference[]): string {
  const show = (value: unknown): string => (value === undefined ? "(not set)" : typeof value === "string" ? value : JSON.stringify(value));
  return differences.map(({ key, before, after }) => `${key}: ${show(before)} → ${show(after)}`).join("\n");
}

function leaves(value: Readonly<Record<string, unknown>>, prefix = ""): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, member]) =>
      member !== null && typeof member === "object" && !Array.isArray(member) && Object.keys(member).length > 0
        ? [...leaves(member as Record<string, unknown>, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, member] as const],
    ),
  );
}
