// What the card of a dataset says of its files: the YAML head of README.md. https://huggingface.co/docs/hub/datasets-manual-configuration
import { z } from "zod";
import { hubCardInvalid } from "./errors.ts";

/** Part of a dataset that is read by itself: a language, a task. */
export interface HubConfig {
  readonly name: string;
  readonly isDefault: boolean;
  /** Patterns and file names count from here; empty for the whole repository. */
  readonly directory: string;
  /** The patterns of each split; undefined when file names tell. */
  readonly splits?: readonly { readonly name: string; readonly patterns: readonly string[] }[];
}

export interface HubCard {
  readonly configs: readonly HubConfig[];
  /** The features of a config, as the card has them. */
  features(config: string): unknown;
  /** How many rows the card says these splits of a config have; undefined where it does not say so of all of them. */
  rows(config: string, splits: readonly string[]): number | undefined;
}

export const NO_CARD: HubCard = { configs: [], features: () => undefined, rows: () => undefined };

/** YAML makes numbers and truth values of some names. */
const name = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const patterns = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const dataFilesSchema = z.union([
  patterns.transform((all) => [{ name: "train", patterns: all }]),
  z.array(z.object({ split: name, path: patterns }).transform(({ split, path }) => ({ name: split, patterns: path }))),
]);
const sizesSchema = z.array(z.object({ name, num_examples: z.number().int().nonnegative() }));
const infoSchema = z.object({ config_name: name.optional(), features: z.unknown().optional(), splits: sizesSchema.optional().catch(undefined) });
const headSchema = z.object({
  configs: z.array(z.object({ config_name: name, default: z.boolean().nullish(), data_dir: z.string().nullish(), data_files: dataFilesSchema.nullish() })).nullish(),
  dataset_info: z.union([infoSchema.transform((one) => [one]), z.array(infoSchema)]).nullish().catch(undefined),
});

/** A head is cut off here: what is longer is no head. */
const MOST_HEAD_LENGTH = 16 << 20;

/** Reads README.md. @param parseYaml throws a SyntaxError for what is no YAML; @throws `data.hub_card_invalid` */
export function readHubCard(id: string, text: string, parseYaml: (text: string) => unknown): HubCard {
  const head = findHead(text);
  if (head === undefined) return NO_CARD;
  const parsed = headSchema.safeParse(parse(id, head, parseYaml) ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw hubCardInvalid(id, `${issue?.path.join(".") || "it"} is not of the form that the Hub documents`);
  }
  const infos = parsed.data.dataset_info ?? [];
  const infoOf = (config: string): z.infer<typeof infoSchema> | undefined => infos.find((info) => info.config_name === config) ?? (infos.length === 1 ? infos[0] : undefined);
  return {
    configs: (parsed.data.configs ?? []).map((config) => ({
      name: config.config_name,
      isDefault: config.default === true || config.config_name === "default",
      directory: trimPath(config.data_dir ?? ""),
      ...(config.data_files !== null && config.data_files !== undefined && { splits: config.data_files }),
    })),
    features: (config) => infoOf(config)?.features,
    rows(config, splits) {
      const sizes = splits.map((split) => infoOf(config)?.splits?.find((size) => size.name === split)?.num_examples);
      return sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
    },
  };
}

/** Between two lines of three dashes, the first of them the first of the text. */
function findHead(text: string): string | undefined {
  const begin = /^\uFEFF?\s*---[ \t]*\r?\n/.exec(text.slice(0, 1000));
  if (begin === null) return undefined;
  const rest = text.slice(begin[0].length, begin[0].length + MOST_HEAD_LENGTH);
  const end = /^---[ \t]*$/m.exec(rest.replaceAll("\r", " "));
  return end === null ? undefined : rest.slice(0, end.index);
}

function parse(id: string, head: string, parseYaml: (text: string) => unknown): unknown {
  try {
    return parseYaml(head);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw hubCardInvalid(id, `it is not valid YAML: ${cause.message}`, cause);
    throw cause;
  }
}

/** Without `./` before it and slashes after it. */
export function trimPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.join("/");
}
