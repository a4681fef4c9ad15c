import { utimesSync } from "node:fs";

/** Sets when a file was last changed, in ms since 1970. */
export function setModified(path: string, modifiedMs: number): void {
  utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
}
