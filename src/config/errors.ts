import { TunesmithError } from "../errors.ts";

/** One thing wrong with a configuration. */
export interface ConfigFault {
  /** Where the value came from: `train.yaml`, `--learning-rate`, `learning_rate=x`, or `config` for a value nobody gave. */
  readonly source: string;
  /** Dotted key. */
  readonly key: string;
  readonly message: string;
  /** The nearest known key. */
  readonly nearest?: string;
}

export function configInvalid(faults: readonly ConfigFault[]): TunesmithError {
  const lines = faults.map(({ source, message, nearest }) => `${source}: ${message}${nearest === undefined ? "" : `, did you mean ${nearest}?`}`);
  return new TunesmithError({
    code: "config.invalid",
    message: lines.length === 1 ? `Cannot use the configuration: ${lines[0]}` : `Cannot use the configuration: ${lines.length} faults\n${lines.map((line) => `  ${line}`).join("\n")}`,
    hint: "Correct the named values; `--help` lists every setting.",
    details: { faults },
    exitCode: 2,
  });
}

export function configUnreadable(path: string, reason: string, cause?: unknown): TunesmithError {
  return new TunesmithError({
    code: "config.unreadable",
    message: `Cannot read ${path}: ${reason}`,
    hint: "Write one `key: value` a line.",
    exitCode: 2,
    cause,
  });
}
