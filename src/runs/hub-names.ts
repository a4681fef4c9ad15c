// Hub repositories that carry a run's identity in their name (seed 000): `<owner>/<base>-<YYYYMMDD_HHMMSS>`, and the other spellings that were in
// use: one repository for each checkpoint (its stamp is the time of the upload, so it names no run), `-final-`, an experiment behind `-lora-`, a
// stamp without the year, none at all; and a version in place of the stamp (seed 001).
import type { TimeZone } from "../records/index.ts";
import { formatStamp, parseStamp } from "./stamps.ts";
import { formatVersion, parseVersion, type Version } from "./version.ts";
import { sanitise, shorten, shortHash } from "./words.ts";

interface HubBase {
  /** Without one the name is the repository's own, below whoever reads it. */
  readonly owner?: string;
  /** `llama3-medical-ner-lora`. */
  readonly base: string;
}

export type HubName =
  /** `stamp` is the moment the run began; `shortStamp` (`MMDD_HHMM`) lacks the year. */
  | (HubBase & { readonly kind: "run"; readonly experiment?: string; readonly stamp: Date })
  | (HubBase & { readonly kind: "run"; readonly experiment?: string; readonly shortStamp: string })
  | (HubBase & { readonly kind: "final"; readonly stamp: Date })
  /** `stamp` is the moment of the upload: which run it was is not known. */
  | (HubBase & { readonly kind: "checkpoint"; readonly step: number; readonly stamp: Date })
  | (HubBase & { readonly kind: "version"; readonly subject: "model" | "dataset"; readonly version: Version })
  | (HubBase & { readonly kind: "unversioned"; readonly experiment?: string });

/** The Hub takes names of 1 to 96 characters of `[A-Za-z0-9._-]`, without `--` or `..`, and none that ends in `.git` (huggingface_hub, validate_repo_id). */
export const HUB_NAME_LIMIT = 96;

const STAMP = "\\d{8}_\\d{6}";
const TAILS: readonly (readonly [tail: RegExp, read: (groups: Readonly<Record<string, string>>, zone: TimeZone) => Record<string, unknown> | undefined])[] = [
  [new RegExp(`-checkpoint-(?<step>0|[1-9]\\d{0,14})-(?<stamp>${STAMP})$`), ({ step, stamp }, zone) => withStamp({ kind: "checkpoint", step: Number(step) }, stamp, zone)],
  [new RegExp(`-final-(?<stamp>${STAMP})$`), ({ stamp }, zone) => withStamp({ kind: "final" }, stamp, zone)],
  [new RegExp(`-(?<stamp>${STAMP})$`), ({ stamp }, zone) => withStamp({ kind: "run" }, stamp, zone)],
  [/-(?<short>\d{4}_\d{4})$/, ({ short = "" }) => (parseStamp(`2024${short}00`) === undefined ? undefined : { kind: "run", shortStamp: short })],
  [/-(?<version>v\d+(?:\.\d+)+(?:-[A-Za-z0-9][A-Za-z0-9._-]*)?)$/, ({ version = "" }) => ({ kind: "version", version: parseVersion(version) })],
];
/** An experiment stands behind the method: `llama3-medical-ner-lora-high-lr-test`. */
const EXPERIMENT = /^(?<base>.+?-lora)-(?<experiment>.+)$/;

/** Reads a repository id; times are read in `zone`, which the name does not say. Undefined when it is no repository id. */
export function parseHubName(id: string, zone: TimeZone = "utc"): HubName | undefined {
  const match = /^(?:(?<owner>[A-Za-z0-9][A-Za-z0-9._-]*)\/)?(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(id);
  if (match === null) return undefined;
  const { owner, name = "" } = match.groups!;
  const rest = (base: string) => ({ ...(owner !== undefined && { owner }), base });
  for (const [tail, read] of TAILS) {
    const found = tail.exec(name);
    const facts = found === null || found.index === 0 ? undefined : read(found.groups!, zone);
    if (found === null || facts === undefined) continue;
    const head = name.slice(0, found.index);
    if (facts["kind"] === "version") return { ...rest(head), ...facts, subject: /(^|[-_])(data|dataset)$/.test(head) ? "dataset" : "model" } as HubName;
    return { ...rest(head), ...facts, ...(facts["kind"] === "run" ? splitExperiment(head) : {}) } as HubName;
  }
  return { ...rest(name), kind: "unversioned", ...splitExperiment(name) };
}

/**
 * The id of a repository, the inverse of {@link parseHubName} for what that returns. Characters that are not allowed become `_`. A name over 96
 * characters is shortened by rule: first the experiment becomes a hash of itself, then the base is cut and ends in a hash of the whole; kind, step,
 * stamp and version always stay.
 */
export function formatHubName(name: HubName, zone: TimeZone = "utc"): string {
  const tail = tailOf(name, zone);
  const room = HUB_NAME_LIMIT - tail.length;
  const base = tidy(name.base) || "model";
  const experiment = "experiment" in name && name.experiment !== undefined ? tidy(name.experiment) : "";
  const whole = experiment === "" ? base : `${base}-${experiment}`;
  const hashed = experiment === "" ? base : `${base}-${shortHash(experiment)}`;
  const head = whole.length <= room ? whole : hashed.length <= room ? hashed : shorten(whole, room);
  return `${name.owner === undefined ? "" : `${tidy(name.owner) || "owner"}/`}${head}${tail}`;
}

function tailOf(name: HubName, zone: TimeZone): string {
  if (name.kind === "unversioned") return "";
  if (name.kind === "version") return `-${formatVersion(name.version)}`;
  if ("shortStamp" in name) return `-${name.shortStamp}`;
  const stamp = formatStamp(name.stamp, zone);
  return name.kind === "checkpoint" ? `-checkpoint-${name.step}-${stamp}` : name.kind === "final" ? `-final-${stamp}` : `-${stamp}`;
}

function withStamp(facts: Record<string, unknown>, stamp: string | undefined, zone: TimeZone): Record<string, unknown> | undefined {
  const time = parseStamp(stamp ?? "", zone);
  return time === undefined ? undefined : { ...facts, stamp: time };
}

function splitExperiment(head: string): { readonly base?: string; readonly experiment?: string } {
  const { base, experiment } = EXPERIMENT.exec(head)?.groups ?? {};
  return base === undefined || experiment === undefined ? {} : { base, experiment };
}

/** Allowed characters only; the Hub refuses doubled dashes and dots, and an end in `.git`. */
function tidy(text: string): string {
  return sanitise(text).replaceAll(/-{2,}/g, "-").replaceAll(/\.{2,}/g, ".").replace(/\.git$/i, "_git");
}
