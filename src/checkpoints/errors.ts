import { TunesmithError } from "../errors.ts";

export function checkpointMissing(place: string, wanted: string, known: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.missing",
    message: `Cannot find checkpoint ${wanted} in ${place}: ${known.length === 0 ? "there are no checkpoints" : `there are ${known.join(", ")}`}`,
    hint: known.length === 0 ? "Name a run directory, its checkpoints directory or a checkpoint." : "Choose one of them, or `last` or `best`.",
    details: { place, wanted, known },
  });
}

export function checkpointDamaged(directory: string, file: string, expected: string, found: string): TunesmithError {
  return new TunesmithError({
    code: "checkpoints.damaged",
    message: `Cannot use checkpoint ${directory}: the digest of ${file} is ${found.slice(0, 12)}…, its metadata says ${expected.slice(0, 12)}…`,
    hint: "Use another checkpoint, or restore the file.",
    details: { directory, file, expected, found },
  });
}
