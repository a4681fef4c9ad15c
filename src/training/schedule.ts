export type Scheduler = "cosine" | "linear" | "constant";

export interface ScheduleOptions {
  readonly scheduler: Scheduler;
  readonly peak: number;
  /** Share of the steps over which the rate rises from 0. */
  readonly warmupRatio: number;
  readonly totalSteps: number;
}

/** Steps over which the rate rises: the ceiling of ratio · steps, but at most all steps except one. */
export function warmupSteps(warmupRatio: number, totalSteps: number): number {
  return Math.min(Math.ceil(warmupRatio * totalSteps), totalSteps - 1);
}

/**
 * Learning rate of optimizer step `step` (0-based): linear warmup from 0, then constant, linear to 0, or half a cosine to 0 (Loshchilov &
 * Hutter 2017, arXiv:1608.03983). The same numbers as transformers' `get_cosine_schedule_with_warmup`, except where the warmup would swallow
 * every step: it then ends one step early, so that the last one trains at the peak (a run of one step has no warmup).
 */
export function learningRateAt(step: number, { scheduler, peak, warmupRatio, totalSteps }: ScheduleOptions): number {
  const warmup = warmupSteps(warmupRatio, totalSteps);
  if (step < warmup) return (peak * step) / warmup;
  if (scheduler === "constant") return peak;
  const progress = (step - warmup) / Math.max(1, totalSteps - warmup);
  return scheduler === "linear" ? peak * Math.max(0, 1 - progress) : peak * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
