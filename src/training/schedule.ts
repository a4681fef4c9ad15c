export type Scheduler = "cosine" | "linear" | "constant";

export interface ScheduleOptions {
  readonly scheduler: Scheduler;
  readonly peak: number;
  /** Share of the steps over which the rate rises from 0. */
  readonly warmupRatio: number;
  readonly totalSteps: number;
}

/**
 * Learning rate of optimizer step `step` (0-based): linear warmup, then constant, linear to 0, or half a cosine to 0 (Loshchilov & Hutter
 * 2017, arXiv:1608.03983; the same numbers as transformers' `get_cosine_schedule_with_warmup`, whose warmup is the ceiling of ratio · steps).
 */
export function learningRateAt(step: number, { scheduler, peak, warmupRatio, totalSteps }: ScheduleOptions): number {
  const warmup = Math.ceil(warmupRatio * totalSteps);
  if (step < warmup) return (peak * step) / warmup;
  if (scheduler === "constant") return peak;
  const progress = (step - warmup) / Math.max(1, totalSteps - warmup);
  return scheduler === "linear" ? peak * Math.max(0, 1 - progress) : peak * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
