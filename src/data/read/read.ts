import type { DatasetSource } from "../../records/index.ts";
import { openSource, type SourceOptions, type SourceRow } from "./open.ts";

export type { SourceRow } from "./open.ts";

export interface ReadRows {
  readonly rows: readonly SourceRow[];
  readonly source: DatasetSource;
}

/** Reads all rows of a source at once. @throws as {@link openSource} and its `rows` */
export async function readRows(path: string, options: SourceOptions = {}): Promise<ReadRows> {
  const source = openSource(path, options);
  const rows: SourceRow[] = [];
  for await (const row of source.rows()) rows.push(row);
  return { rows, source: source.describe() };
}
