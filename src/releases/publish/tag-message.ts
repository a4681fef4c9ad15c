// The messages of version tags. Source: seed 001, which tools here and elsewhere read back; what is not known is left out, never written as 0.
import type { ReleasedDataset, ReleaseRecord } from "../../records/index.ts";
import { formatTagMessage, type TagFacts } from "../../runs/index.ts";

/** `Version v1.2 | F1=0.8765 | Acc=0.8234 | samples=1200`, and below it the digests. */
export function modelTagMessage(record: ReleaseRecord): string {
  const scores = record.evaluation?.metrics ?? {};
  const facts = tagFacts(Object.fromEntries(Object.entries(scores).map(([name, { value }]) => [name, value])), record.dataset?.rows["train"]);
  const digests = [
    `config sha256:${record.config_digest}`,
    `run ${record.run.id}`,
    `weights sha256:${record.checkpoint.weights_digest}`,
    ...(record.dataset === null ? [] : [`dataset ${record.dataset.version ?? record.dataset.name} sha256:${record.dataset.digest}`]),
    `release sha256:${record.digest}`,
  ];
  return `${formatTagMessage(record.version, facts)}\n\n${digests.join("\n")}`;
}

/** The micro F1, else F1; accuracy is never made up from something else. */
export function tagFacts(scores: Readonly<Record<string, number>>, samples: number | undefined): TagFacts {
  const f1 = scores["f1_micro"] ?? scores["f1"];
  const accuracy = scores["accuracy"];
  return { ...(f1 !== undefined && { f1 }), ...(accuracy !== undefined && { accuracy }), ...(samples !== undefined && { samples }) };
}

/** `Dataset d1.3 | train=1200 | test=180 | sampled=600`, and below it the digest of the rows. */
export function datasetTagMessage(tag: string, { rows, sampled, digest }: Pick<ReleasedDataset, "rows" | "sampled" | "digest">): string {
  const counts = [["train", rows["train"]], ["test", rows["test"]], ["sampled", sampled]] as const;
  const told = counts.flatMap(([name, count]) => (count === undefined || count === null ? [] : [`${name}=${count}`]));
  return `${[`Dataset ${tag}`, ...told].join(" | ")}\n\nrows sha256:${digest}`;
}
