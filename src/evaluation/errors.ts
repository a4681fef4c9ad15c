import { countOf } from "../plural.ts";
import { TunesmithError } from "../errors.ts";

export function splitEmpty(dataset: string, split: string): TunesmithError {
  return new TunesmithError({
    code: "evaluation.split_empty",
    message: `Cannot evaluate on the split ${split} of ${dataset}: it has 0 rows, at least 1 needed`,
    hint: "Name another split, or prepare the dataset with a share for this one.",
  });
}

export function answersMissing(split: string, ids: readonly string[]): TunesmithError {
  const shown = ids.slice(0, 5).join(", ");
  return new TunesmithError({
    code: "evaluation.answers_missing",
    message: `Cannot evaluate on the split ${split}: ${ids.length} of its rows have no gold answer (${shown}${ids.length > 5 ? ", …" : ""}), every row needs one`,
    hint: "Fill in the output column of these rows, or drop them.",
    details: { row_ids: ids },
  });
}

export function evaluationStopped(done: number, total: number): TunesmithError {
  return new TunesmithError({
    code: "evaluation.stopped",
    message: `Evaluation stopped: ${done} of ${countOf(total, "row")} were done, nothing was written`,
    hint: "Run the same command again to evaluate from the start.",
  });
}

export function notComparable(differences: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "evaluation.not_comparable",
    message: `Cannot compare the evaluations: ${differences.join("; ")}`,
    hint: "Evaluate both models on the same rows with the same settings.",
    details: { differences },
  });
}

export function evaluationTorn(folder: string): TunesmithError {
  return new TunesmithError({
    code: "evaluation.torn",
    message: `Cannot use the evaluation in ${folder}: predictions.json is not the file that metrics.json was computed from`,
    hint: "Run the evaluation again.",
  });
}
