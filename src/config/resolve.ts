// One configuration from its layers: defaults < workspace < YAML file < environment < flags < key=value overrides. All faults are reported together.
import { basename } from "node:path";
import { z } from "zod";
import { digestJson } from "../files/index.ts";
import { configInvalid, type ConfigFault } from "./errors.ts";
import { describeNeed } from "./needs.ts";
import { nearestWord } from "./nearest.ts";
import { keysOf, membersOf, readWord, schemaAt } from "./shape.ts";
import { readYaml } from "./yaml.ts";

export interface ConfigLayers {
  /** What the workspace's file says, of which only the keys that the schema has are taken. */
  readonly workspace?: Readonly<Record<string, unknown>>;
  /** A YAML file. */
  readonly file?: string;
  /** Values from the environment, by key. */
  readonly environment?: Readonly<Record<string, unknown>>;
  /** Flags as a command line gives them: text or typed, by `snake_case`, `kebab-case` or `camelCase` key; undefined is not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** `key=value` or `a.b=value`. */
  readonly overrides?: readonly string[];
}

export interface ResolvedConfig<T> {
  /** Complete: every default filled in. */
  readonly config: T;
  /** SHA-256 of the canonical JSON of `config`. */
  readonly digest: string;
  /** Where each key that is not a default came from: `train.yaml`, `--seed`, `seed=1`. */
  readonly sources: Readonly<Record<string, string>>;
}

interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly source: string;
}

/** Merges the layers, later ones winning, and validates the whole. @throws `config.invalid` with every fault, `config.unreadable`, `files.missing` */
export function resolveConfig<T extends Record<string, unknown>>(schema: z.ZodType<T>, layers: ConfigLayers = {}): ResolvedConfig<T> {
  const faults: ConfigFault[] = [];
  const shared = Object.entries(layers.workspace ?? {}).filter(([key]) => schemaAt(schema, [key]) !== undefined);
  const assignments = [
    ...flatten(schema, Object.fromEntries(shared), "tunesmith.yaml"),
    ...(layers.file === undefined ? [] : flatten(schema, readYaml(layers.file), basename(layers.file))),
    ...flatten(schema, layers.environment ?? {}, "environment"),
    ...flagAssignments(layers.flags ?? {}),
    ...overrideAssignments(layers.overrides ?? [], faults),
  ];
  const merged: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  for (const { path, value, source } of assignments) {
    const key = path.join(".");
    const member = schemaAt(schema, path);
    if (member === undefined) {
      faults.push({ source, key, message: `unknown key ${key}`, ...withNearest(key, schema) });
      continue;
    }
    assign(merged, path, typeof value === "string" ? readWord(member, value) : value);
    sources[key] = source;
  }
  const result = schema.safeParse(merged);
  if (!result.success) faults.push(...result.error.issues.map((issue) => faultOf(issue, schema, merged, sources)));
  if (faults.length > 0 || !result.success) throw configInvalid(faults);
  return { config: result.data, digest: digestJson(result.data), sources };
}

/** One assignment per leaf of a nested value; whatever the schema does not know is an assignment too, so that it is reported. */
function flatten(schema: z.ZodType, values: Readonly<Record<string, unknown>>, source: string, prefix: readonly string[] = []): readonly Assignment[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...prefix, key];
    const member = schemaAt(schema, path);
    const nested = value !== null && typeof value === "object" && !Array.isArray(value) && member !== undefined && membersOf(member) !== undefined;
    return nested ? flatten(schema, value as Record<string, unknown>, source, path) : [{ path, value, source }];
  });
}

function flagAssignments(flags: Readonly<Record<string, unknown>>): readonly Assignment[] {
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const snake = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll("-", "_");
      return { path: snake.split("."), value, source: `--${snake.replaceAll("_", "-")}` };
    });
}

function overrideAssignments(overrides: readonly string[], faults: ConfigFault[]): readonly Assignment[] {
  return overrides.flatMap((text) => {
    const cut = text.indexOf("=");
    if (cut > 0) return [{ path: text.slice(0, cut).trim().split("."), value: text.slice(cut + 1), source: text }];
    faults.push({ source: text, key: text, message: "an override is written key=value" });
    return [];
  });
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let place = target;
  for (const key of path.slice(0, -1)) place = (place[key] ??= {}) as Record<string, unknown>;
  place[path.at(-1)!] = value;
}

/** The path may be given without its sections: a slip in `seed` is found in `training.seed` too. */
function withNearest(key: string, schema: z.ZodType): { readonly nearest?: string } {
  const known = keysOf(schema);
  const snake = key.replaceAll("-", "_").replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const nearest = known.includes(snake) ? snake : (known.find((candidate) => isAlias(snake, schemaAt(schema, candidate.split(".")))) ?? nearestWord(snake, known) ?? known.find((candidate) => candidate.endsWith(`.${snake}`)));
  return nearest === undefined ? {} : { nearest };
}

/** What other programs call a setting: `metric_for_best_model`. */
function isAlias(word: string, member: z.ZodType | undefined): boolean {
  const aliases = member?.meta()?.["aliases"];
  return Array.isArray(aliases) && aliases.includes(word);
}

function faultOf(issue: z.core.$ZodIssue, schema: z.ZodType, merged: Readonly<Record<string, unknown>>, sources: Readonly<Record<string, string>>): ConfigFault {
  const path = issue.path.map(String);
  const key = path.join(".");
  const owner = path.map((_, end) => path.slice(0, end + 1).join(".")).find((prefix) => prefix in sources);
  if (owner === undefined) return { source: "config", key, message: `${key} is required` };
  const value = path.reduce<unknown>((place, name) => (place as Record<string, unknown> | undefined)?.[name], merged);
  const need = issue.code === "custom" ? issue.message : needAt(schema, path);
  return { source: sources[owner]!, key, message: `${key} is ${JSON.stringify(value)}, needed is ${need}` };
}

/** An element of a list has no schema of its own path: then the list's need is told. */
function needAt(schema: z.ZodType, path: readonly string[]): string {
  const known = path.map((_, end) => schemaAt(schema, path.slice(0, path.length - end))).find((member) => member !== undefined);
  return describeNeed(known ?? schema);
}
