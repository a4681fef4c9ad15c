// The versions of a history without the rest of its lines: of 100,000 of them, each with its configuration and scores, only the first member is
// wanted. The whole file is looked at every time, so an edit by hand counts wherever it was made.
import { exists, withFile } from "../files/index.ts";

const PIECE = 1 << 22;
const NEWLINE = 10;

/** Every version in a history; also that of a line which cannot be used otherwise, for a version is never given twice. A missing file has none. */
export function readHistoryVersions(historyPath: string): ReadonlySet<string> {
  const versions = new Set<string>();
  if (!exists(historyPath)) return versions;
  const take = (line: Buffer): void => {
    const version = versionOf(line);
    if (version !== undefined) versions.add(version);
  };
  withFile(historyPath, (file) => {
    let rest = Buffer.alloc(0);
    for (let at = 0; at < file.sizeBytes; at += PIECE) {
      rest = Buffer.concat([rest, file.read(at, Math.min(PIECE, file.sizeBytes - at))]);
      let begin = 0;
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, begin)) {
        take(rest.subarray(begin, end));
        begin = end + 1;
      }
      rest = rest.subarray(begin);
    }
    take(rest);
  });
  return versions;
}

/** The seed's order puts the version first; so many bytes hold it. */
const START_BYTES = 80;

function versionOf(line: Buffer): string | undefined {
  const start = /^\{"version": ?(?:"([^"\\]*)"|null),/.exec(line.toString("latin1", 0, START_BYTES));
  if (start !== null && !/[^\u0020-\u007e]/.test(start[1] ?? "")) return start[1];
  const text = line.toString("utf8");
  if (text.trim() === "") return undefined;
  try {
    const { version } = (JSON.parse(text) ?? {}) as { readonly version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    // Every listing names the line.
    return /"version"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
  }
}
