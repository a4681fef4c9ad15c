// Which checkpoints stay: one decision for the command and for a training. It sees facts only, touches nothing and gives each verdict its reason.
import { metricDirection } from "../records/index.ts";

/** What decides over one checkpoint: a directory, or a file with its sidecars. */
export interface RetentionCandidate {
  /** Relative to the workspace. */
  readonly path: string;
  /** Checkpoints are judged run by run. */
  readonly run: string;
  /** Only a `step` can be deleted. */
  readonly kind: "step" | "best" | "last" | "final" | "unknown";
  readonly epoch?: number;
  /** Optimizer steps done. */
  readonly step?: number;
  /** ms since 1970. */
  readonly savedMs: number;
  /** Value of the monitored metric; absent when it was not measured, or nobody knows. */
  readonly score?: number;
  /** Why it stays whatever the policy says: `tagged`, `its sidecar is damaged`. */
  readonly spared?: string;
  /** Its run is being trained: the newest stays. */
  readonly running?: boolean;
}

export interface RetentionPolicy {
  /** Steps with the best values of `monitor`, in each run; 0: none for their score. */
  readonly keepBest: number;
  /** Newest steps, in each run; 0: none for their age. */
  readonly keepLast: number;
  /** Steps whose number is a multiple of this stay too. Default 0: off. */
  readonly keepEvery?: number;
  /** Needed when `keepBest` is not 0. */
  readonly monitor?: string;
  /** Default: the metric's own direction. */
  readonly mode?: "min" | "max";
}

export interface RetentionVerdict {
  readonly path: string;
  readonly run: string;
  readonly keep: boolean;
  readonly reason: string;
}

/**
 * Judges every candidate, in the given order. Best, last, unknown and spared ones always stay, as does the newest of a run that would lose all;
 * where scores decide, a checkpoint without a finite one stays too, and of equal scores the earlier is better.
 * @throws RangeError for a count that is none, or a policy that keeps nothing
 */
export function planRetention(candidates: readonly RetentionCandidate[], policy: RetentionPolicy): readonly RetentionVerdict[] {
  requirePolicy(policy);
  const verdicts = new Map<RetentionCandidate, RetentionVerdict>();
  for (const members of groupByRun(candidates).values()) for (const verdict of judgeRun(members, policy)) verdicts.set(...verdict);
  return candidates.map((candidate) => verdicts.get(candidate)!);
}

function judgeRun(members: readonly RetentionCandidate[], policy: RetentionPolicy): readonly (readonly [RetentionCandidate, RetentionVerdict])[] {
  const steps = members.filter((member) => member.kind === "step").toSorted(newestFirst);
  const newest = new Map(steps.map((member, index) => [member, index + 1]));
  const ranks = new Map(rankByScore(steps, policy).map((member, index) => [member, index + 1]));
  const reasons = members.map((member) => [member, reasonToKeep(member, policy, newest.get(member), ranks.get(member))] as const);
  const nothingStays = reasons.every(([, reason]) => reason === undefined);
  return reasons.map(([member, reason]) => {
    const kept = reason ?? (nothingStays && newest.get(member) === 1 ? "the newest of a run that would lose all" : undefined);
    return [member, { path: member.path, run: member.run, keep: kept !== undefined, reason: kept ?? reasonToDelete(policy, ranks.get(member)) }];
  });
}

function reasonToKeep(member: RetentionCandidate, policy: RetentionPolicy, age: number | undefined, rank: number | undefined): string | undefined {
  const { keepBest, keepLast, keepEvery = 0, monitor } = policy;
  if (member.spared !== undefined) return member.spared;
  if (member.kind === "final") return "the end of its run";
  if (member.kind === "unknown") return "its name is none we can read";
  if (member.kind !== "step") return member.kind;
  if (member.epoch === undefined && member.step === undefined) return "neither epoch nor step is known";
  if (keepBest > 0 && rank !== undefined && rank <= keepBest) return `${rank === 1 ? "the best" : `number ${rank}`} by ${monitor}: ${Number(member.score!.toPrecision(6))}`;
  if (age !== undefined && age <= keepLast) return keepLast === 1 ? "the newest" : `among the newest ${keepLast}`;
  if (member.running === true && age === 1) return "the newest of a run that is going on";
  if (keepEvery > 0 && member.step !== undefined && member.step % keepEvery === 0) return `a multiple of ${keepEvery} steps`;
  if (keepBest > 0 && rank === undefined) return `${monitor} ${member.score === undefined ? "was not measured" : `is ${member.score}`}: nobody knows how good it is`;
  return undefined;
}

function reasonToDelete({ keepBest, keepLast, monitor }: RetentionPolicy, rank: number | undefined): string {
  const age = `older than the newest ${keepLast}`;
  if (keepBest === 0) return age;
  return `number ${rank} by ${monitor}${keepLast > 0 ? `, ${age}` : ""}`;
}

/** Best first; those without a finite score have no rank. */
function rankByScore(steps: readonly RetentionCandidate[], { keepBest, monitor, mode }: RetentionPolicy): readonly RetentionCandidate[] {
  if (keepBest === 0 || monitor === undefined) return [];
  const sign = (mode ?? (metricDirection(monitor) === "falls" ? "min" : "max")) === "min" ? 1 : -1;
  return steps.filter(({ score }) => Number.isFinite(score)).sort((a, b) => sign * (a.score! - b.score!) || newestFirst(b, a));
}

function newestFirst(a: RetentionCandidate, b: RetentionCandidate): number {
  if (a.step !== undefined && b.step !== undefined && a.step !== b.step) return b.step - a.step;
  if (a.epoch !== undefined && b.epoch !== undefined && a.epoch !== b.epoch) return b.epoch - a.epoch;
  return b.savedMs - a.savedMs || (a.path < b.path ? -1 : 1);
}

function groupByRun(candidates: readonly RetentionCandidate[]): ReadonlyMap<string, readonly RetentionCandidate[]> {
  const groups = new Map<string, RetentionCandidate[]>();
  for (const candidate of candidates) {
    const group = groups.get(candidate.run);
    if (group === undefined) groups.set(candidate.run, [candidate]);
    else group.push(candidate);
  }
  return groups;
}

function requirePolicy({ keepBest, keepLast, keepEvery = 0, monitor }: RetentionPolicy): void {
  for (const [name, count] of Object.entries({ keepBest, keepLast, keepEvery })) {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`Cannot plan retention: ${name} must be a whole number >= 0, current value is ${count}`);
  }
  if (keepBest + keepLast + keepEvery === 0) throw new RangeError("Cannot plan retention: one of keepBest, keepLast and keepEvery must be >= 1, all are 0");
  if (keepBest > 0 && monitor === undefined) throw new RangeError(`Cannot plan retention: keepBest is ${keepBest} and needs a metric to monitor`);
}
