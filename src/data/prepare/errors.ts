import { TunesmithError } from "../../errors.ts";

/** @param work what needs them: `split rows stratified` */
export function labelsNeeded(work: string, by: "labels" | "task"): TunesmithError {
  const what = by === "labels" ? "labels" : "a task";
  return new TunesmithError({
    code: "data.labels_needed",
    message: `Cannot ${work}: no row has ${what}, needed are some`,
    hint: by === "labels" ? "Name the columns of text and labels with --map text=<column> labels=<column>." : "Name the column of the task with --map task=<column>.",
  });
}
