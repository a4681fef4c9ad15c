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
