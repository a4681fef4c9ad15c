// Parts of a file (RFC 9110, 14).

export interface ByteSpan {
  readonly start: number;
  /** Not part of it. */
  readonly end: number;
}

/** What a header asks for: one part; `whole` when it asks for nothing, for several parts or in another unit; `none` when the file has no such part. */
export function parseRange(header: string | undefined, sizeBytes: number): ByteSpan | "whole" | "none" {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(" ", "") ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (first !== "" && last !== "" && Number(last) < start) return "whole";
  return start >= sizeBytes || start >= end ? "none" : { start, end };
}
