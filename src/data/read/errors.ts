import { TunesmithError } from "../../errors.ts";

export function columnMissing(path: string, field: string, column: string, found: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.column_missing",
    message: `Cannot read ${path}: it has no column ${column} to be read as ${field}, its columns are ${found.join(", ") || "none"}`,
    hint: field === "group" ? "Name one of its columns with --group-by." : `Name one of its columns with --map ${field}=<column>.`,
    details: { field, column, found },
  });
}

/** No such file, but the name could be one of the Hub. */
export function fileMissingOrOnHub(path: string): TunesmithError {
  return new TunesmithError({
    code: "files.missing",
    message: `Cannot read ${path}: there is no such file or directory`,
    hint: `Check the path; if it is a dataset of the Hugging Face Hub, pass --dataset-name ${path} instead of --input-file.`,
  });
}

export function fieldUnknown(field: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.field_unknown",
    message: `Cannot map columns: ${field} is no field, needed is one of ${known.join(", ")}`,
    hint: "Write the field first, then the column: --map instruction=Question.",
    exitCode: 2,
  });
}

export function filesNotFound(path: string, kinds: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.file_kind_unknown",
    message: `Cannot read ${path}: no file in this directory holds rows, needed is one that ends in ${kinds.join(", ")}`,
    hint: "Check that this is the right directory.",
  });
}
