import { TunesmithError } from "../../errors.ts";

export function exportTaken(path: string): TunesmithError {
  return new TunesmithError({ code: "data.export_taken", message: `Cannot write ${path}: it is there already`, hint: "Choose another --output-dir, or move that file away.", exitCode: 1 });
}

export function exportImpossible(path: string, what: string): TunesmithError {
  return new TunesmithError({ code: "data.export_impossible", message: `Cannot write ${path} as CSV: its rows hold ${what}, a cell holds text`, hint: "Write JSON Lines with --format jsonl." });
}

export function labelsLeftOut(names: readonly string[]): TunesmithError {
  return new TunesmithError({ code: "data.labels_left_out", message: `Cannot write labels as flags: rows have ${names.join(", ")}, which --label-names leaves out`, hint: "Name every label, in the order of the flags.", exitCode: 2 });
}
