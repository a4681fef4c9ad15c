// Classes are numbers in the files of the Hub; their names stand in the features of the dataset. Written by hand into a card or by Python into
// dataset_info.json they look different, and both are read. https://huggingface.co/docs/datasets/about_dataset_features
import type { FieldMapping } from "./fields.ts";

/** Fields whose classes have names, and whether each holds one class or a list of them. A list of classes in `labels` would look like flags. */
const NAMED: readonly (readonly [field: string, isList: boolean])[] = [["label", false], ["labels", false], ["ner_tags", true]];

/** The names of the classes that a dataset's labels or tags are numbers of; undefined where its features tell none. */
export function findLabelNames(features: unknown, { columns = {} }: FieldMapping = {}): readonly string[] | undefined {
  const specs = new Map(listFeatures(features).map(([name, spec]) => [name.trim().toLowerCase(), spec]));
  for (const [field, isList] of NAMED) {
    const spec = specs.get((columns[field] ?? field).trim().toLowerCase());
    const names = isList ? namesOfClass(member(spec, "sequence") ?? member(spec, "list") ?? member(spec, "feature")) : namesOfClass(spec);
    if (names !== undefined) return names;
  }
  return undefined;
}

/** `[{ name, dtype }]` in a card, `{ name: { _type } }` in dataset_info.json. */
function listFeatures(features: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(features)) return features.map((feature: unknown) => [String(member(feature, "name") ?? ""), feature] as const);
  return typeof features === "object" && features !== null ? Object.entries(features) : [];
}

function namesOfClass(spec: unknown): readonly string[] | undefined {
  const dtype = member(spec, "dtype");
  const names = member(spec, "_type") === "ClassLabel" ? member(spec, "names") : member(member(spec, "class_label") ?? member(dtype, "class_label"), "names");
  if (typeof names !== "object" || names === null) return undefined;
  const list = Array.isArray(names) ? (names as readonly unknown[]) : Object.entries(names).toSorted(([a], [b]) => Number(a) - Number(b)).map(([, name]: [string, unknown]) => name);
  return list.length > 0 && list.every((name) => ["string", "number", "boolean"].includes(typeof name)) ? list.map(String) : undefined;
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
