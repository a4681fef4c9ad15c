// An entry in one line (seeds 002 and 004): `arch · backbone · exp (epN • hmean 0.952 • prec … • rec … • 20251019_1336)`.
import { metricName } from "../../records/index.ts";
import type { CatalogEntry, Fact } from "./entry.ts";
import { visibleText } from "../../visible.ts";
import { createdMs, scoreOf } from "./query.ts";

const SHORT: readonly (readonly [name: string, short: string])[] = [["hmean", "hmean"], ["precision", "prec"], ["recall", "rec"]];

/** The display line. A guess from words in a name has `?` behind it; what nobody knows is `unknown`. */
export function formatEntry(entry: CatalogEntry): string {
  const { facts, kind } = entry;
  const backbone = facts.encoder ?? (facts.baseModel === undefined ? undefined : { ...facts.baseModel, value: lastPart(facts.baseModel.value) });
  const scores = SHORT.flatMap(([name, short]) => {
    const score = scoreOf(entry, name);
    return score === undefined ? [] : [`${short} ${formatScore(score.value)}`];
  });
  const others = scores.length > 0 ? [] : otherScores(entry);
  const parts = [
    facts.epoch === undefined ? (facts.step === undefined ? "" : `step ${facts.step.value}`) : `ep${facts.epoch.value}`,
    ...(kind === "best" || kind === "last" ? [entry.version === undefined ? kind : `${kind} v${entry.version}`] : []),
    ...(facts.quantization === undefined ? [] : [facts.quantization.value]),
    ...scores,
    ...others,
    ...(entry.rankUnknown ? ["rank unknown"] : []),
    ...(entry.packed === true ? ["packed"] : []),
    formatMinute(createdMs(entry)),
  ].filter((part) => part !== "");
  return visibleText(`${said(facts.architecture)} · ${said(backbone)} · ${formatExperiment(entry)} (${parts.join(" • ")})`);
}

/** The experiment, cut to 20 characters and `...` when longer than 23. */
export function formatExperiment({ run, facts, path }: CatalogEntry): string {
  const name = facts.tag?.value ?? facts.expName?.value ?? run?.name ?? path.split("/").at(-2) ?? path;
  const letters = [...name];
  return letters.length > 23 ? `${letters.slice(0, 20).join("")}...` : name;
}

function otherScores(entry: CatalogEntry): readonly string[] {
  const monitor = entry.facts.monitor?.value;
  const watched = monitor === undefined ? undefined : scoreOf(entry, monitor);
  if (monitor !== undefined && watched !== undefined) return [`${metricName(monitor)} ${formatScore(watched.value)}`];
  return Object.entries(entry.metrics).slice(0, 2).map(([name, { value }]) => `${metricName(name)} ${formatScore(value)}`);
}

function said(fact: Fact<string> | undefined): string {
  return fact === undefined ? "unknown" : `${fact.value}${fact.low === true ? "?" : ""}`;
}

function formatScore(value: number): string {
  return value.toFixed(3);
}

/** `20251019_1336` */
function formatMinute(time: number): string {
  return new Date(time).toISOString().replace(/^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d).*$/, "$1$2$3_$4$5");
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
