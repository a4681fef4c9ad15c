// The one error class of the project: something a person can act on. A wrong argument in code is a TypeError or a RangeError instead.

/** What a `TunesmithError` is made of. */
export interface TunesmithErrorParts {
  /** Stable, dotted, room first: `data.row_invalid`. Scripts match on it. */
  readonly code: string;
  /** What failed, then a colon and the state it is in against the state it needs. */
  readonly message: string;
  /** One imperative sentence: the next step. */
  readonly hint?: string;
  /** Machine-readable facts: row numbers, field names, differences. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Exit code of the command: 1 failed (default), 2 usage. */
  readonly exitCode?: 1 | 2;
  readonly cause?: unknown;
}

/** An error with a stable code, a message and a next step. Made by the named functions in each room's `errors.ts`. */
export class TunesmithError extends Error {
  override readonly name = "TunesmithError";
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly exitCode: 1 | 2;

  constructor(parts: TunesmithErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.hint = parts.hint;
    this.details = parts.details;
    this.exitCode = parts.exitCode ?? 1;
  }
}

/** The plain-object form that crosses a process boundary or goes out with `--json`. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly exit_code: 1 | 2;
}

/** What the operating system refuses and a person can act on. */
const REFUSALS: Readonly<Record<string, readonly [state: string, hint: string]>> = {
  EACCES: ["permission denied", "Check who owns it, or choose another place."],
  EPERM: ["permission denied", "Check who owns it, or choose another place."],
  EROFS: ["its file system is read-only", "Choose another place."],
  ENOSPC: ["no space is left", "Free some space or choose another place."],
  EDQUOT: ["the disk quota is used up", "Free some space or choose another place."],
  ENOTDIR: ["a part of the path is a file, needed is a directory", "Choose another place."],
  EEXIST: ["something stands there already", "Choose another place."],
  EISDIR: ["it is a directory, needed is a file", "Choose another place."],
  ENAMETOOLONG: ["the name is too long", "Choose a shorter one."],
  EMFILE: ["too many files are open", "Raise the limit with `ulimit -n`."],
};

/** Turns any thrown value into a record; what is neither a `TunesmithError` nor a refusal of the operating system gets the code `internal`. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  if (thrown instanceof TunesmithError) {
    return { code: thrown.code, message: thrown.message, hint: thrown.hint, details: thrown.details, exit_code: thrown.exitCode };
  }
  const refused = describeRefusal(thrown);
  if (refused !== undefined) return refused;
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { code: "internal", message, exit_code: 1 };
}

/** The inverse of {@link toErrorRecord}. */
export function fromErrorRecord(record: ErrorRecord): TunesmithError {
  return new TunesmithError({ ...record, exitCode: record.exit_code });
}

function describeRefusal(thrown: unknown): ErrorRecord | undefined {
  if (!(thrown instanceof Error) || !("syscall" in thrown) || !("code" in thrown)) return undefined;
  const [state, hint] = REFUSALS[String(thrown.code)] ?? [];
  if (state === undefined) return undefined;
  const place = "path" in thrown ? String(thrown.path) : "the disk";
  return { code: "files.refused", message: `Cannot use ${place}: ${state} (${String(thrown.syscall)})`, hint, details: { errno: thrown.code }, exit_code: 1 };
}
