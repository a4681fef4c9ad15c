// trainer_state.json of the Hugging Face Trainer (and ours): where the training stood, and what was measured at this very step.
import { present, type CheckpointClaims, type SidecarFault } from "./claims.ts";
import { isObject, readFields } from "./fields.ts";

/** The Trainer's epoch is progress (1.0 at the end of the first): a checkpoint of progress p was saved in epoch ceil(p) - 1, counted from 0. */
export function readTrainerClaims(value: unknown, file: string): { readonly claims: CheckpointClaims; readonly faults: readonly SidecarFault[] } {
  const faults: SidecarFault[] = [];
  const fields = readFields(value, (field, message) => void faults.push({ type: "schema_validation", file, field, message }));
  const step = fields.count("global_step", { min: 0 });
  const progress = fields.number("epoch", { min: 0 });
  const maxEpochs = fields.number("num_train_epochs", { min: 0 });
  const metrics = step === undefined ? {} : metricsAt(step, fields.at("log_history"));
  return {
    faults,
    claims: present({
      step,
      epoch: progress === undefined ? undefined : Math.max(0, Math.ceil(progress) - 1),
      maxEpochs: maxEpochs === undefined ? undefined : Math.ceil(maxEpochs),
      metrics: Object.keys(metrics).length === 0 ? undefined : metrics,
    }),
  };
}

/** Rates of work are no measure of the weights. */
const PACE = /^(?:epoch|step|learning_rate|grad_norm|total_flos|.*_(?:runtime|per_second|flos|time))$/;

function metricsAt(step: number, history: unknown): Readonly<Record<string, number>> {
  const metrics: Record<string, number> = {};
  for (const row of Array.isArray(history) ? (history as readonly unknown[]).slice(-20) : []) {
    if (!isObject(row) || row["step"] !== step) continue;
    for (const [name, found] of Object.entries(row)) if (typeof found === "number" && Number.isFinite(found) && !PACE.test(name)) metrics[name] = found;
  }
  return metrics;
}
