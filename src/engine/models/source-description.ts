// What the files of a model say of it themselves: the head of its card, or the general keys of its GGUF.
import { join } from "node:path";
import { isFile, readJson, withFile } from "../../files/index.ts";
import { openGguf, type GgufMetadata } from "../gguf/index.ts";
import { isFields } from "./config-hf.ts";
import { provenanceMetadata, type Provenance } from "./provenance.ts";
import type { WeightSource } from "./types.ts";

/** The head of a card is shorter. */
const HEAD_BYTES = 65_536;

/** Keys that say how a file is made, not where its content is from. */
const OF_THE_FILE = new Set(["general.architecture", "general.type", "general.file_type", "general.quantization_version", "general.alignment", "general.size_label"]);

/** What is true of a model, and no longer of one that an adapter was merged into. */
const OF_THE_WEIGHTS = /^(tunesmith\.|general\.(version|name|basename|finetune|dataset\.))/;

/**
 * `general.license`, `general.base_model.…` and the like, and `tunesmith.…` of what was made here: what a copy in another type takes along.
 * With an adapter merged in it is another model: only what it inherits from its base stays.
 */
export function describeSource({ path, format }: Pick<WeightSource, "path" | "format">, { isAdapted = false }: { readonly isAdapted?: boolean } = {}): GgufMetadata {
  const said = format === "gguf" ? describeGguf(path) : new Map([...describeCard(join(path, "README.md")), ...describeConfig(join(path, "config.json"))]);
  return isAdapted ? new Map([...said].filter(([key]) => !OF_THE_WEIGHTS.test(key))) : said;
}

/** What the files of a model say of its licence, as `license` and, where it has a name or an address of its own, `general.license.…`. */
export function findLicense(source: Pick<WeightSource, "path" | "format">): Provenance {
  const said = describeSource(source);
  const entries = ["general.license", "general.license.name", "general.license.link"].flatMap((key): [string, string][] => {
    const value = said.get(key)?.value;
    return typeof value === "string" ? [[key === "general.license" ? "license" : key, value]] : [];
  });
  return Object.fromEntries(entries);
}

function describeGguf(path: string): GgufMetadata {
  const file = openGguf(path);
  file.close();
  return new Map([...file.metadata].filter(([key]) => /^(general|tunesmith)\./.test(key) && !OF_THE_FILE.has(key)));
}

/** The member `tunesmith` that a merge writes. */
function describeConfig(path: string): GgufMetadata {
  const config: unknown = isFile(path) ? readJson(path) : undefined;
  const own = isFields(config) ? config["tunesmith"] : undefined;
  if (!isFields(own)) return new Map();
  return provenanceMetadata(Object.fromEntries(Object.entries(own).filter((entry): entry is [string, string] => typeof entry[1] === "string")));
}

function describeCard(path: string): GgufMetadata {
  if (!isFile(path)) return new Map();
  const text = withFile(path, (file) => new TextDecoder().decode(file.read(0, Math.min(HEAD_BYTES, file.sizeBytes))));
  const [, head] = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/.exec(text) ?? [];
  const find = (key: string): string => firstValue(head ?? "", key);
  return provenanceMetadata({ "general.license": find("license"), "general.license.name": find("license_name"), "general.license.link": find("license_link") }, { base_model: find("base_model") });
}

/** A plain value of a key of YAML, or the first of its list; other forms say nothing here. */
function firstValue(head: string, key: string): string {
  const [, value] = new RegExp(`^${key}:[ \\t]*(?:\\r?\\n[ \\t]*-[ \\t]+)?(?!["'\\[{|>#-][\\s"']*$)["']?([^"'\\r\\n#\\[{|>]+)`, "m").exec(head) ?? [];
  return value?.trim() ?? "";
}
