import { TunesmithError } from "../../errors.ts";

export function compatibilityDamaged(path: string, reason: string): TunesmithError {
  return new TunesmithError({ code: "checkpoints.compatibility_damaged", message: `Cannot read ${path}: ${reason}`, hint: "Restore the file: it says where old paths lead since migrations.", details: { path } });
}

export function migrationUnverified(id: string, paths: readonly string[]): TunesmithError {
  const shown = paths.slice(0, 3).join(", ");
  return new TunesmithError({ code: "checkpoints.migration_unverified", message: `Cannot confirm migration ${id}: ${shown}${paths.length > 3 ? ` and ${paths.length - 3} more` : ""} read back other than planned`, hint: `Undo it: tunesmith checkpoints migrate --undo ${id}.`, details: { id, paths } });
}

export function noMigration(workspace: string): TunesmithError {
  return new TunesmithError({ code: "checkpoints.no_migration", message: `Cannot find a migration in ${workspace}: none was carried out, or its journal was deleted`, hint: "Name the folder that holds the tree that was migrated." });
}
