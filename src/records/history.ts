// One line of experiment_history.jsonl, in the shape of seed 001: version, timestamp, config, metrics, metadata.
import { z } from "zod";

/** `overall` holds numbers by name; other members (`per_label`, …) are groups of numbers by name. Written by others too, so anything extra passes. */
export const historyMetricsSchema = z.looseObject({
  overall: z.record(z.string(), z.unknown()).optional(),
  per_label: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
export type HistoryMetrics = z.infer<typeof historyMetricsSchema>;

export const historyEntrySchema = z.looseObject({
  /** `vX.Y`; null for a run that failed, which gets no version. */
  version: z.string().nullable(),
  timestamp: z.string(),
  config: z.record(z.string(), z.unknown()).default({}),
  metrics: historyMetricsSchema.default({}),
  metadata: z.record(z.string(), z.unknown()).default({}),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
