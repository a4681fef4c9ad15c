// What Python's `datasets` keeps of a dataset that it has loaded: `owner___name/<config>/<version>/<commit>/` with dataset_info.json and an Arrow
// file, or several, for each split. https://huggingface.co/docs/datasets/cache
import { join } from "node:path";
import { z } from "zod";
import { glance, isFile, readSmallText, scanDirectory } from "../../files/index.ts";
import { parseDatasetId } from "./reference.ts";
import { findDatasetsCache, type Environment } from "../settings.ts";

/** One config of a dataset at one commit, all of its splits. */
export interface ArrowCache {
  readonly commit: string;
  readonly config: string;
  readonly splits: readonly { readonly name: string; readonly paths: readonly string[] }[];
  /** As dataset_info.json has them. */
  readonly features: unknown;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
}

const INFO_FILE = "dataset_info.json";
const MOST_INFO_BYTES = 32 << 20;
const SPLIT = /^\w+(\.\w+)*$/;
const COMMIT = /^[0-9a-f]{40}$/;

const infoSchema = z.object({
  config_name: z.string(),
  features: z.unknown().optional(),
  splits: z.record(z.string().regex(SPLIT), z.object({ shard_lengths: z.array(z.number()).nullish() })),
});

/** The complete ones, newest first; those made with arguments of their own (`data_files=…`) are left out. @throws `hub.reference_invalid` */
export function listArrowCaches(id: string, environment: Environment = process.env): readonly ArrowCache[] {
  const parts = parseDatasetId(id).split("/");
  const name = toSnakeCase(parts.at(-1)!);
  const root = join(findDatasetsCache(environment), [...parts.slice(0, -1), name].join("___"));
  const found = below(root).flatMap((config) => below(join(root, config)).flatMap((version) => below(join(root, config, version)).map((commit) => readCache(join(root, config, version, commit), name, config, commit))));
  return found.filter((cache) => cache !== undefined).toSorted((a, b) => b.modifiedMs - a.modifiedMs);
}

function readCache(directory: string, name: string, config: string, commit: string): ArrowCache | undefined {
  const text = COMMIT.test(commit) ? readSmallText(join(directory, INFO_FILE), MOST_INFO_BYTES) : undefined;
  const info = text === undefined || "refused" in text ? undefined : infoSchema.safeParse(tryParse(text.text)).data;
  if (info === undefined || info.config_name !== config) return undefined;
  const splits = Object.entries(info.splits).map(([split, { shard_lengths: shards }]) => ({ name: split, paths: arrowNames(`${name}-${split}`, shards?.length ?? 1).map((file) => join(directory, file)) }));
  if (splits.length === 0 || !splits.every(({ paths }) => paths.every(isFile))) return undefined;
  return { commit, config, splits, features: info.features, modifiedMs: glance(directory)?.modifiedMs ?? 0 };
}

function arrowNames(prefix: string, shards: number): readonly string[] {
  const pad = (number: number): string => String(number).padStart(5, "0");
  return shards <= 1 ? [`${prefix}.arrow`] : Array.from({ length: shards }, (_, shard) => `${prefix}-${pad(shard)}-of-${pad(shards)}.arrow`);
}

function below(path: string): readonly string[] {
  const entries = scanDirectory(path);
  return "refused" in entries ? [] : entries.filter(({ kind }) => kind === "directory").map((entry) => entry.name);
}

/** `MyNERData` → `my_ner_data`, as the library names its folders. */
function toSnakeCase(name: string): string {
  return name.replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2").replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
