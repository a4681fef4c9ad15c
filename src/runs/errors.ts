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
