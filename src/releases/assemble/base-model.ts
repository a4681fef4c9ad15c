import { join } from "node:path";
import type { MissingPart, ReleaseRecord } from "../../records/index.ts";
import { findArtifact } from "../../runs/index.ts";
import { exists } from "../../files/index.ts";
import { readCardHead } from "../card/read-head.ts";
import type { SourceRun } from "./source-run.ts";

const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

export interface BaseModelFacts {
  readonly base: ReleaseRecord["base_model"];
  readonly licence: string | null;
  readonly missing: readonly MissingPart[];
}

/**
 * The model that the adapter belongs to. What looks like `owner/name` and is no folder here is its id on the Hub.
 * @param given its id, where somebody said so @param directory where its files lie, for the licence in its card
 */
export function describeBase({ record, checkpoint, directory }: SourceRun, given?: string, place?: string): BaseModelFacts {
  const { base_model: path, base_model_digest: digest, architecture } = checkpoint.metadata.model;
  const configured = record.config["model_name"];
  const named = [configured, path].find((name): name is string => typeof name === "string" && HUB_ID.test(name) && findArtifact(name, directory) === undefined && !exists(name));
  const id = given ?? named ?? null;
  const files = place ?? findArtifact(path, directory);
  const head = files === undefined ? {} : readCardHead(join(files, "README.md"));
  const missing = id === null ? [{ what: "base_model in the card", reason: `the base is the folder ${path.split(/[\\/]/).findLast((part) => part !== "") ?? path}, the card needs its id on the Hub`, command: "tunesmith release create --base-model OWNER/NAME" }] : [];
  return { base: { id, path, digest: digest ?? record.base_model?.digest ?? null, architecture }, licence: typeof head["license"] === "string" ? head["license"] : null, missing };
}
