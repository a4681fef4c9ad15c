// Where a model comes from, as GGUF metadata: our own keys, and the general ones that other tools show.
// Source of the general keys: gguf-py/gguf/constants.py of the pinned llama.cpp release.
import { ggufNumber, ggufText, type GgufMetadata, type GgufValue } from "../gguf/index.ts";

export type Provenance = Readonly<Record<string, string>>;

/**
 * Each entry as `tunesmith.<key>`, or under its own name when it starts with `general.`. Besides, `version`, `license`, `base_model` and
 * `dataset` are written where other tools look for them, those of `general` there alone. Empty texts say nothing and are left out.
 */
export function provenanceMetadata(provenance: Provenance = {}, general: Provenance = provenance): GgufMetadata {
  const said = Object.entries(provenance).filter(([, value]) => value !== "");
  const find = (key: string): string | undefined => (general[key] === "" ? undefined : general[key]);
  return new Map<string, GgufValue>([
    ...textEntry("general.version", find("version")),
    ...textEntry("general.license", find("license")),
    ...relative("base_model", find("base_model")),
    ...relative("dataset", find("dataset")),
    ...said.map(([key, value]): [string, GgufValue] => [key.startsWith("general.") ? key : `tunesmith.${key}`, ggufText(value)]),
  ]);
}

/** A model or dataset this one was made from; an id of the Hub also as its address. */
function relative(kind: "base_model" | "dataset", id: string | undefined): readonly [string, GgufValue][] {
  if (id === undefined) return [];
  const [, organization, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(id) ?? [];
  const first = `general.${kind}.0`;
  const address = `https://huggingface.co/${kind === "dataset" ? "datasets/" : ""}${id}`;
  return [
    [`general.${kind}.count`, ggufNumber(1)],
    [`${first}.name`, ggufText(name ?? lastOf(id))],
    ...(organization === undefined ? [] : [...textEntry(`${first}.organization`, organization), ...textEntry(`${first}.repo_url`, address)]),
  ];
}

/** The folders above a model say where it lay on one machine. */
function lastOf(path: string): string {
  return path.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? path;
}

function textEntry(key: string, value: string | undefined): readonly [string, GgufValue][] {
  return value === undefined ? [] : [[key, ggufText(value)]];
}
