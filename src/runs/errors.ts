import { TunesmithError } from "../errors.ts";

export function versionInvalid(version: string): TunesmithError {
  return new TunesmithError({
    code: "runs.version_invalid",
    message: `Cannot use version ${JSON.stringify(version)}: the form is v<major>.<minor>, with an optional -<name> behind it`,
    hint: "Write it like v2.0, or leave it out and the next free version is taken.",
    exitCode: 2,
  });
}

export function versionTaken(version: string): TunesmithError {
  return new TunesmithError({
    code: "runs.version_taken",
    message: `Cannot use version ${version}: it belongs to an earlier run`,
    hint: "Ask for another version, or leave it out and the next free version is taken.",
  });
}

export function versionUnknown(version: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "runs.version_unknown",
    message: `Cannot find version ${version}: the history holds ${known.length === 0 ? "no versions" : known.join(", ")}`,
    hint: "Run `tunesmith runs list` to see what there is.",
  });
}

export function metricMissing(metric: string, version: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "runs.metric_missing",
    message: `Cannot compare by ${metric}: ${version} has ${known.length === 0 ? "no metrics" : known.join(", ")}`,
    hint: "Choose a metric that both versions have.",
  });
}

export function runNotOpen(name: string, status: string, action: string): TunesmithError {
  return new TunesmithError({
    code: "runs.not_running",
    message: `Cannot ${action} run ${name}: it is ${status}, it must be running`,
    hint: "Open the run again to continue it, or start a new one.",
  });
}

export function runMissing(directory: string): TunesmithError {
  return new TunesmithError({
    code: "runs.missing",
    message: `Cannot read run ${directory}: it holds no run.json`,
    hint: "Run `tunesmith runs list` to see what there is.",
  });
}

export function runNamesExhausted(outputDir: string, name: string): TunesmithError {
  return new TunesmithError({
    code: "runs.names_exhausted",
    message: `Cannot create a run in ${outputDir}: ${name} and the names of the following hour are all taken`,
    hint: "Choose another experiment tag.",
  });
}

export function memberTaken(sweepDirectory: string, member: number): TunesmithError {
  return new TunesmithError({
    code: "runs.member_taken",
    message: `Cannot create member ${member} of sweep ${sweepDirectory}: it is there already`,
    hint: "Give the next free number.",
  });
}

export function runOccupied(name: string, pid: number, host: string, isWorker: boolean): TunesmithError {
  return new TunesmithError({
    code: "runs.occupied",
    message: `Cannot reopen run ${name}: ${isWorker ? "its worker, " : ""}process ${pid} on ${host} ${isWorker ? "has not ended yet" : "is writing it"}, no process may be at work in it`,
    hint: isWorker ? "Wait a moment: it ends by itself after its step; else end that process." : "Wait for it, or stop that process first.",
    details: { pid, host, is_worker: isWorker },
  });
}

export function historyChanged(path: string): TunesmithError {
  return new TunesmithError({
    code: "runs.history_changed",
    message: `Cannot rebuild ${path}: it changed since the plan was made`,
    hint: "Run the same command again.",
  });
}

/** A filter that cannot be read, with a caret under the column (0-based) where it went wrong. */
export function filterInvalid(filter: string, column: number, fault: string, hint?: string): TunesmithError {
  const before = filter.slice(0, column);
  return new TunesmithError({
    code: "runs.filter_invalid",
    message: `Cannot read the filter: ${fault} (column ${[...before].length + 1})\n  ${filter.replaceAll(/\s/g, " ")}\n  ${" ".repeat([...before].length)}^`,
    hint: hint ?? "Write it like `tag = x and metrics.f1_micro > 0.8`.",
    details: { filter, column: column + 1 },
    exitCode: 2,
  });
}

export function sortKeyUnknown(key: string, nearest: string | undefined): TunesmithError {
  return new TunesmithError({
    code: "runs.sort_key_unknown",
    message: `Cannot sort by ${key}: no run has that field`,
    hint: nearest === undefined ? "Sort by a field such as started, version, config.<name> or metrics.<name>." : `Did you mean ${nearest}?`,
    exitCode: 2,
  });
}

export function runUnknown(wanted: string, outputDir: string, similar: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "runs.unknown",
    message: `Cannot find run ${wanted}: neither the history nor ${outputDir} has a run of that version, id, name or directory`,
    hint: similar.length === 0 ? "See `tunesmith runs list --all`." : `Did you mean ${similar.join(" or ")}?`,
  });
}

export function noRunRecord(directory: string): TunesmithError {
  return new TunesmithError({
    code: "runs.unknown",
    message: `Cannot read ${directory} as a run: it holds no run.json`,
    hint: `See what another tool left there with \`tunesmith checkpoints list ${directory}\`.`,
  });
}

export function runAmbiguous(wanted: string, matches: readonly string[], count: number): TunesmithError {
  return new TunesmithError({
    code: "runs.ambiguous",
    message: `Cannot tell which run is meant by ${wanted}: ${count} runs begin so (${matches.join(", ")}${count > matches.length ? ", …" : ""}), exactly one must`,
    hint: "Write more of its name.",
    exitCode: 2,
  });
}

export function runStillRunning(name: string, action: string): TunesmithError {
  return new TunesmithError({
    code: "runs.still_running",
    message: `Cannot ${action} ${name}: it is running, it must have ended`,
    hint: "Wait until it has ended, or stop it.",
  });
}

export function tagInvalid(tag: string): TunesmithError {
  return new TunesmithError({
    code: "runs.tag_invalid",
    message: `Cannot use the tag ${JSON.stringify(tag)}: a tag is 1 to 64 letters, digits or one of . _ - / :`,
    hint: "Choose a plain word.",
    exitCode: 2,
  });
}

export function seriesNameInvalid(name: string): TunesmithError {
  return new TunesmithError({
    code: "runs.series_name_invalid",
    message: `Cannot log a metric named ${JSON.stringify(name)}: a name has at least one character and no control characters`,
    hint: "Choose a name such as train/loss.",
  });
}

export function seriesUnknown(name: string, run: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "runs.series_unknown",
    message: `Cannot read the series ${JSON.stringify(name)} of ${run}: ${known.length === 0 ? "nothing was logged" : `there are ${known.slice(0, 20).map((other) => JSON.stringify(other)).join(", ")}${known.length > 20 ? ", …" : ""}`}`,
    hint: known.length === 0 ? "Log some metrics first." : "Choose one of these.",
  });
}
