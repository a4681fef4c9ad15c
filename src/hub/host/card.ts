// What the head of a README says of its repository, and the tags that follow from it and from the names of the files
// (https://huggingface.co/docs/hub/model-cards, https://huggingface.co/docs/hub/datasets-cards).
import type { HubRepositoryKind } from "../../records/index.ts";

/** The YAML between the `---` lines at the head of a README, checked to be an object; undefined when there is none. */
export type CardData = Readonly<Record<string, unknown>>;

const LONGEST_HEAD = 1 << 20;

/** The text between the lines; undefined when there are none. */
export function findHead(readme: string): string | undefined {
  // Blanks before it are passed over, as clients do (huggingface_hub 2.0, repocard.py, REGEX_YAML_BLOCK); a byte order mark is one.
  const text = readme.trimStart();
  if (!/^---[ \t]*\r?\n/.test(text)) return undefined;
  const start = text.indexOf("\n") + 1;
  const end = /^---[ \t]*$/m.exec(text.slice(start, start + LONGEST_HEAD).replaceAll("\r", ""));
  return end === null ? undefined : text.slice(start, start + LONGEST_HEAD).replaceAll("\r", "").slice(0, end.index);
}

export type ReadCard = { readonly data: CardData | undefined } | { readonly fault: string };

/** Reads a card, or says in words why it cannot be read. */
export function readCard(readme: string, parseYaml: (text: string) => unknown): ReadCard {
  const head = findHead(readme);
  if (head === undefined) return { data: undefined };
  try {
    const value = parseYaml(head) ?? {};
    if (typeof value !== "object" || Array.isArray(value)) return { fault: "it is no list of names and values" };
    return { data: value as CardData };
  } catch (thrown) {
    return { fault: thrown instanceof Error ? (thrown.message.split("\n")[0] ?? "") : String(thrown) };
  }
}

/** Why the Hub's own checks would refuse a card; none for one that is fine. */
export function findCardFaults(data: CardData): readonly string[] {
  const faults: string[] = [];
  const index = data["model-index"];
  if (index !== undefined && !(Array.isArray(index) && index.every((entry) => isObject(entry) && typeof entry["name"] === "string"))) faults.push('"model-index" must be an array of models, each with a name and results');
  for (const name of ["tags", "datasets", "metrics", "language"]) {
    const value = data[name];
    if (value !== undefined && value !== null && textsIn(value) === undefined) faults.push(`"${name}" must be a text or a list of texts`);
  }
  const license = data["license"];
  if (license !== undefined && license !== null && textsIn(license) === undefined) faults.push('"license" must be a text');
  return faults;
}

export interface Described {
  readonly tags: readonly string[];
  readonly library?: string;
  readonly pipeline?: string;
  readonly baseModels: readonly string[];
  readonly baseRelation?: string;
  readonly datasets: readonly string[];
}

/** What a repository is found by. `files` are its paths; `modelType` is out of its config.json. */
export function describe(kind: HubRepositoryKind, card: CardData | undefined, files: readonly string[], modelType: string | undefined): Described {
  const data = card ?? {};
  const names = files.slice(0, 10_000).map((path) => path.slice(path.lastIndexOf("/") + 1));
  const has = (name: string) => names.includes(name);
  const ends = (suffix: string) => names.some((name) => name.endsWith(suffix));
  const library = textOf(data["library_name"]) ?? (kind !== "model" ? undefined : has("adapter_config.json") ? "peft" : modelType !== undefined ? "transformers" : ends(".gguf") ? "gguf" : undefined);
  const baseModels = kind === "model" ? (textsIn(data["base_model"]) ?? []) : [];
  const datasets = textsIn(data["datasets"]) ?? [];
  const ownTags = textsIn(data["tags"]) ?? [];
  const relation = textOf(data["base_model_relation"]) ?? (library === "peft" ? "adapter" : ends(".gguf") ? "quantized" : ownTags.includes("merge") || ownTags.includes("mergekit") ? "merge" : "finetune");
  const baseRelation = baseModels.length === 0 ? undefined : relation;
  const pipeline = textOf(data["pipeline_tag"]);
  const languages = textsIn(data["language"]) ?? [];
  const prefixed = (name: string, prefix = name) => (textsIn(data[name]) ?? []).map((value) => `${prefix}:${value}`);
  const tags = [
    ...(library === undefined ? [] : [library]),
    ...(kind === "model" && ends(".safetensors") ? ["safetensors"] : []),
    ...(kind === "model" && ends(".gguf") ? ["gguf"] : []),
    ...(kind === "model" && (has("pytorch_model.bin") || has("adapter_model.bin")) ? ["pytorch"] : []),
    ...(modelType === undefined ? [] : [modelType]),
    ...ownTags,
    ...(pipeline === undefined ? [] : [pipeline]),
    ...(kind === "dataset" ? ["task_categories", "task_ids", "annotations_creators", "language_creators", "multilinguality", "source_datasets", "size_categories"].flatMap((name) => prefixed(name)) : []),
    ...(kind === "dataset" ? languages.map((language) => `language:${language}`) : languages),
    ...datasets.map((id) => `dataset:${id}`),
    ...baseModels.map((id) => `base_model:${id}`),
    ...(baseRelation === undefined ? [] : baseModels.map((id) => `base_model:${baseRelation}:${id}`)),
    ...prefixed("license"),
  ];
  return { tags: [...new Set(tags)], baseModels, datasets, ...(library === undefined ? {} : { library }), ...(pipeline === undefined ? {} : { pipeline }), ...(baseRelation === undefined ? {} : { baseRelation }) };
}

/** A text, or a list of them, as a list; undefined for anything else. */
function textsIn(value: unknown): readonly string[] | undefined {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? undefined : [value];
  return list?.every((one) => typeof one === "string" || typeof one === "number" || typeof one === "boolean") === true ? list.map(String) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
