import { digestJson } from "../../files/index.ts";
import type { DatasetSource } from "../../records/index.ts";
import { recommendDatasets } from "../domains.ts";
import { sampleUnavailable, sourceMissing } from "../errors.ts";
import type { FieldMapping } from "../read/fields.ts";
import type { HubRows } from "../read/hub/rows.ts";
import type { OnRead } from "../read/record.ts";
import { openHubRows, openSource, type SourceRow } from "../read/open.ts";
import { generateSample, MAX_SAMPLE_ROWS, SAMPLE_DOMAINS } from "../sample/generate.ts";

export interface SourceChoice {
  readonly domain: string;
  readonly inputFile?: string;
  readonly hub?: HubRows;
  readonly sample?: boolean;
  readonly numSamples?: number;
  readonly mapping?: FieldMapping;
  readonly groupBy?: string;
}

/** Rows to prepare, and what is recorded of where they came from. */
export interface RowSource {
  /** @param onRead is told how many more bytes were read */
  rows(onRead?: OnRead): AsyncIterable<SourceRow> | Iterable<SourceRow>;
  /** Undefined where nothing is read. */
  readonly sizeBytes?: number;
  /** Once `rows` has ended. */
  describe(): DatasetSource;
}

/** Opens a file, a directory or files of the Hub, or generates a sample. @throws `data.source_missing`, `data.sample_unavailable`, and what opening throws */
export function openRows({ domain, inputFile, hub, sample = false, numSamples = 100, mapping = {}, groupBy }: SourceChoice, seed: number): RowSource {
  const given = Number(inputFile !== undefined) + Number(hub !== undefined) + Number(sample);
  if (given !== 1) throw sourceMissing(domain, given > 1, recommendDatasets(domain));
  const columns = groupBy === undefined ? mapping : { ...mapping, columns: { ...mapping.columns, group: groupBy } };
  if (hub !== undefined) return openHubRows(hub, columns);
  if (inputFile !== undefined) return openSource(inputFile, { mapping: columns });
  const known = SAMPLE_DOMAINS.find((one) => one === domain);
  if (known === undefined || !Number.isInteger(numSamples) || numSamples < 1 || numSamples > MAX_SAMPLE_ROWS) {
    throw sampleUnavailable(domain, numSamples, SAMPLE_DOMAINS, MAX_SAMPLE_ROWS);
  }
  const rows = generateSample({ domain: known, count: numSamples, seed });
  return {
    rows: () => rows.map((row, index) => ({ number: index + 1, row, plainText: false })),
    describe: () => ({ kind: "sample", path: `sample:${domain}?count=${numSamples}&seed=${seed}`, digest: digestJson(rows), rows: rows.length, columns: ["instruction"] }),
  };
}
