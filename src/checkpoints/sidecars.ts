// The files beside a checkpoint, in every spelling a seed used (seeds.md 2.2). Two writers once used two suffixes and neither read the other's:
// here one reader takes all.
import { basename } from "node:path";
import { readSmallText } from "../files/index.ts";
import type { CheckpointClaims, SidecarFault } from "./sidecars/claims.ts";
import { readAdapterConfigClaims, readConfigClaims, readModelConfigClaims } from "./sidecars/config-claims.ts";
import { readMetadataClaims, type MetadataFormat } from "./sidecars/metadata-claims.ts";
import { readTrainerClaims } from "./sidecars/trainer-claims.ts";

/** Larger sidecars are not read: metadata has 2 to 5 kB. */
export const SIDECAR_LIMIT_BYTES = 1_000_000;

export type SidecarFormat = MetadataFormat | "config" | "model_config" | "adapter_config" | "trainer_state" | "failure";

/** One sidecar as it was read. */
export interface Sidecar {
  /** Its own name. */
  readonly file: string;
  readonly format: SidecarFormat;
  readonly claims: CheckpointClaims;
  readonly faults: readonly SidecarFault[];
  /** Keys nobody asked for, as they stand. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export type ParseYaml = (text: string) => unknown;

const METADATA = [".metadata.json", ".metadata.yaml", ".metadata.yml"];
const CONFIG = [".resolved.config.json", ".config.json", ".config.yaml", ".config.yml"];
const IN_DIRECTORY = ["metadata.json", "metadata.yaml", "trainer_state.json", "adapter_config.json", "config.json"];

/** Names of the sidecars of a checkpoint file among the names of its directory, the best informed first. */
export function findFileSidecars(fileName: string, names: ReadonlySet<string>): readonly string[] {
  const stem = fileName.replace(/\.[^.]+$/, "");
  const found: string[] = [];
  for (const suffixes of [METADATA, CONFIG]) {
    for (const suffix of suffixes) {
      if (names.has(stem + suffix)) found.push(stem + suffix);
      if (names.has(fileName + suffix)) found.push(fileName + suffix);
    }
  }
  return found;
}

/** Names of the sidecars inside a checkpoint directory. */
export function findDirectorySidecars(names: ReadonlySet<string>): readonly string[] {
  return IN_DIRECTORY.filter((name) => names.has(name));
}

/** Whether a file is a sidecar of something by its name. */
export function isMetadataSidecar(fileName: string): boolean {
  return /(?:^|\.)metadata\.(?:json|ya?ml)$/.test(fileName);
}

/**
 * Reads one sidecar of any spelling. Nothing is thrown for its contents: a wrong type is a fault, an unknown key is kept, a file above
 * 1 MB or YAML that expands without end is refused as a fault.
 */
export function readSidecar(path: string, parseYaml: ParseYaml): Sidecar {
  const file = basename(path);
  const format = formatOf(file);
  const nothing = (type: SidecarFault["type"], message: string): Sidecar => ({ file, format, claims: {}, faults: [{ type, file, message }], extra: {} });
  const read = readSmallText(path, SIDECAR_LIMIT_BYTES);
  if (format === "failure") return { file, format, claims: {}, faults: [], extra: "text" in read ? { text: read.text } : {} };
  if ("refused" in read) return nothing(read.tooLarge === true ? "too_large" : "unreadable", read.refused);
  try {
    const value: unknown = /\.ya?ml$/.test(file) ? parseYaml(read.text) : JSON.parse(read.text);
    return { file, ...interpret(value, file, format) };
  } catch (cause) {
    return nothing("syntax", (cause as Error).message.slice(0, 200));
  }
}

function interpret(value: unknown, file: string, format: SidecarFormat): Omit<Sidecar, "file"> {
  const plain = (claims: CheckpointClaims) => ({ format, claims, faults: [], extra: {} });
  if (format === "config") return plain(readConfigClaims(value));
  if (format === "model_config") return plain(readModelConfigClaims(value));
  if (format === "adapter_config") return plain(readAdapterConfigClaims(value));
  if (format === "trainer_state") return { format, extra: {}, ...readTrainerClaims(value, file) };
  return readMetadataClaims(value, file);
}

function formatOf(file: string): SidecarFormat {
  if (file === ".FAILURE") return "failure";
  if (file === "trainer_state.json") return "trainer_state";
  if (file === "adapter_config.json") return "adapter_config";
  if (file === "config.json") return "model_config";
  return isMetadataSidecar(file) ? "v1" : "config";
}
