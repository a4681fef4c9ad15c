const REFUSALS: readonly unknown[] = ["EACCES", "EROFS", "EPERM"];

/** Writes something that may be missing. @returns false where the place does not let itself be written to */
export function writeUnlessRefused(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (cause) {
    if (!REFUSALS.includes((cause as NodeJS.ErrnoException).code)) throw cause;
    return false;
  }
}
