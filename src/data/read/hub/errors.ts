import { TunesmithError } from "../../../errors.ts";

export function hubCardInvalid(id: string, reason: string, cause?: unknown): TunesmithError {
  return new TunesmithError({
    code: "data.hub_card_invalid",
    message: `Cannot read the dataset ${id}: the head of its README.md cannot be used: ${reason}`,
    hint: "Download the files you want and pass them as --input-file.",
    cause,
  });
}

export function hubConfigNeeded(id: string, names: readonly string[], asked?: string): TunesmithError {
  return new TunesmithError({
    code: asked === undefined ? "data.hub_config_needed" : "data.hub_config_unknown",
    message: asked === undefined ? `Cannot read the dataset ${id}: it has ${names.length} configs, needed is one of ${listNames(names)}` : `Cannot read the dataset ${id}: it has no config ${asked}, there is ${listNames(names)}`,
    hint: `Choose one: --dataset-config ${names[0]}`,
    exitCode: 2,
    details: { configs: names },
  });
}

export function hubSplitNeeded(id: string, names: readonly string[], asked?: string): TunesmithError {
  return new TunesmithError({
    code: asked === undefined ? "data.hub_split_needed" : "data.hub_split_unknown",
    message: asked === undefined ? `Cannot read the dataset ${id}: none of its splits is called train, needed is one or more of ${listNames(names)}` : `Cannot read the dataset ${id}: it has no split ${asked}, there is ${listNames(names)}`,
    hint: `Choose one or more: --dataset-split ${names[0]}`,
    exitCode: 2,
    details: { splits: names },
  });
}

/** @param kinds the endings that are read; @param found the endings that are there, the commonest first */
export function hubFilesMissing(id: string, kinds: readonly string[], found: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.hub_files_missing",
    message: `Cannot read the dataset ${id}: none of its files ends in one of ${kinds.join(", ")}; ${found.length === 0 ? "it has no files" : `they end in ${found.slice(0, 8).join(", ")}`}`,
    hint: "Convert it to JSON Lines or Parquet and pass that as --input-file; scripts of datasets are never run.",
  });
}

export function hubPatternsEmpty(id: string, split: string, patterns: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.hub_patterns_empty",
    message: `Cannot read the split ${split} of ${id}: its README.md says ${patterns.join(", ")}, and no file of rows is called so`,
    hint: "Choose another split or revision, or download the files you want and pass them as --input-file.",
  });
}

function listNames(names: readonly string[]): string {
  return names.slice(0, 20).join(", ") + (names.length > 20 ? `, … and ${names.length - 20} more` : "");
}
