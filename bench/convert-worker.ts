// One conversion as a process of its own, so that its memory is its own.
import { convertToGguf, openModel, readAdapter, type ConversionType } from "../src/engine/models/index.ts";

export interface ConvertWork {
  readonly model: string;
  readonly type: ConversionType;
  readonly outputPath: string;
  /** A PEFT directory to merge. */
  readonly adapter?: string;
}

export interface ConvertMeasurement {
  readonly cpu_s: number;
  readonly peak_rss_bytes: number;
}

/** Entry of the child process. */
export async function run({ model, type, outputPath, adapter }: ConvertWork): Promise<ConvertMeasurement> {
  const source = openModel(model);
  try {
    convertToGguf(source, outputPath, { type, adapter: adapter === undefined ? undefined : readAdapter(adapter) });
  } finally {
    source.close();
  }
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpu_s: (userCPUTime + systemCPUTime) / 1e6, peak_rss_bytes: maxRSS * 1024 };
}
