// Tags of a model or dataset repository (seed 001): `v1.2` names a model, `d1.3` a dataset, and the message carries what was measured:
// `Version v1.2 | F1=0.8765 | Acc=0.8234 | samples=1200`, `Dataset d1.3 | train=1200 | test=180 | sampled=600`.
import { formatVersion, parseVersion, type Version } from "./version.ts";

export interface VersionTag {
  readonly subject: "model" | "dataset";
  readonly version: Version;
}

/** A tag as it stands on a remote. */
export interface RemoteTag {
  readonly name: string;
  /** First line of its message. */
  readonly message?: string;
  /** When it was made, ISO 8601. */
  readonly timestamp?: string;
}

/** Reads `v2.5`, `v1` (= 1.0), `v1.5-retry`, `d1.3`, also behind `refs/tags/`; undefined for any other tag. */
export function parseVersionTag(name: string): VersionTag | undefined {
  const match = /^(?:refs\/tags\/)?(?:(?<dataset>d+)(?=\d)|(?=v+\d))(?<rest>.*)$/.exec(name.trim());
  const version = match === null ? undefined : parseVersion(match.groups!["rest"]!);
  return version === undefined ? undefined : { subject: match!.groups!["dataset"] === undefined ? "model" : "dataset", version };
}

/** The inverse of {@link parseVersionTag}. */
export function formatVersionTag({ subject, version }: VersionTag): string {
  const text = formatVersion(version);
  return subject === "model" ? text : `d${text.slice(1)}`;
}

/** The numbers in a tag's message by the names they have there: `{ F1: 0.8765, Acc: 0.8234, samples: 1200 }`. */
export function parseTagMessage(message: string): Readonly<Record<string, number>> {
  const pairs = message.split("|").map((part) => /^\s*([A-Za-z][\w./-]*)\s*=\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i.exec(part));
  return Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1]!, Number(pair[2])]])));
}

export interface TagFacts {
  readonly f1?: number;
  readonly accuracy?: number;
  /** Rows trained on. */
  readonly samples?: number;
}

/** The message of a model's tag. What is not known is left out, never written as 0. */
export function formatTagMessage(version: string, { f1, accuracy, samples }: TagFacts): string {
  return [
    `Version ${version}`,
    ...(f1 === undefined ? [] : [`F1=${f1.toFixed(4)}`]),
    ...(accuracy === undefined ? [] : [`Acc=${accuracy.toFixed(4)}`]),
    ...(samples === undefined ? [] : [`samples=${samples}`]),
  ].join(" | ");
}

/** Reads a list of tags, one a line: `v1.2  Version v1.2 | …`, as `git tag -n1` prints it; a name alone will do. Blank lines are passed over. */
export function parseTagList(text: string): readonly RemoteTag[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, message] = /^\s*(\S+)(?:\s+(.*\S))?\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, ...(message !== undefined && { message }) }];
  });
}
