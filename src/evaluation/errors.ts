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

/** `unread`: rows whose gold answer is not of that kind; `tasks`: tasks of which no row has a gold item ("" where rows name no task). */
export function goldMissing(split: string, kind: "labels" | "entities" | "tags", found: { readonly unread?: readonly string[]; readonly tasks?: readonly string[] }): TunesmithError {
  const { unread = [], tasks = [] } = found;
  const shown = unread.slice(0, 5).join(", ");
  const state =
    unread.length > 0
      ? `the gold answers of ${countOf(unread.length, "row")} (${shown}${unread.length > 5 ? ", …" : ""}) cannot be read as ${kind}`
      : tasks.every((task) => task === "")
        ? `its rows hold no gold ${kind}, a score would be 0 whatever the model answers`
        : `no row of ${tasks.map((task) => task || "the rows without a task").join(", ")} holds gold ${kind}, each task needs one`;
  return new TunesmithError({
    code: "evaluation.gold_missing",
    message: `Cannot measure ${kind} on the split ${split}: ${state}`,
    hint: unread.length > 0 ? "Correct these rows, or measure the answers as text with --task text." : "Split the dataset again so that each task has gold answers here, or evaluate on more rows.",
    details: { ...found },
  });
}

export function answersNotJson(split: string, ids: readonly string[]): TunesmithError {
  const shown = ids.slice(0, 5).join(", ");
  return new TunesmithError({
    code: "evaluation.answers_not_json",
    message: `Cannot hold answers on the split ${split} to JSON: ${ids.length} of its gold answers ${ids.length === 1 ? "is" : "are"} not JSON (${shown}${ids.length > 5 ? ", …" : ""})`,
    hint: "Leave out --constrain, or write the gold answers as JSON.",
    details: { row_ids: ids },
  });
}

export function evaluationStopped(done: number, total: number, isKept: boolean): TunesmithError {
  return new TunesmithError({
    code: "evaluation.stopped",
    message: `Evaluation stopped: ${done} of ${countOf(total, "row")} were done, ${isKept ? "they are kept" : "nothing was written"}`,
    hint: isKept ? "Run the same command again to go on from there." : "Run the same command again to evaluate from the start.",
  });
}

export function gateInvalid(gate: string, clause: string): TunesmithError {
  return new TunesmithError({
    code: "evaluation.gate_invalid",
    message: `Cannot read the gate ${JSON.stringify(gate)}: ${JSON.stringify(clause)} is neither a bound nor a comparison`,
    hint: 'Write clauses such as "f1_micro >= 0.85" or "not worse than v1.2", joined by "and".',
    exitCode: 2,
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
