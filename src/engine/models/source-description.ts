// What the files of a model say of it themselves: the head of its card, or the general keys of its GGUF.
import { join } from "node:path";
import { isFile, withFile } from "../../files/index.ts";
import { openGguf, type GgufMetadata } from "../gguf/index.ts";
import { provenanceMetadata } from "./provenance.ts";
import type { WeightSource } from "./types.ts";

/** The head of a card is shorter. */
const HEAD_BYTES = 65_536;

/** Keys that say how a file is made, not where its content is from. */
const OF_THE_FILE = new Set(["general.architecture", "general.type", "general.file_type", "general.quantization_version", "general.alignment", "general.size_label"]);

/** `general.license`, `general.base_model.…` and the like, and `tunesmith.…` of a GGUF: what a copy in another type takes along. */
export function describeSource({ path, format }: Pick<WeightSource, "path" | "format">): GgufMetadata {
  return format === "gguf" ? describeGguf(path) : describeCard(join(path, "README.md"));
}

function describeGguf(path: string): GgufMetadata {
  const file = openGguf(path);
  file.close();
  return new Map([...file.metadata].filter(([key]) => /^(general|tunesmith)\./.test(key) && !OF_THE_FILE.has(key)));
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
