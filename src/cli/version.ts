import { fileURLToPath } from "node:url";
import { readJson } from "../files/index.ts";

/** The version in package.json. */
export function readVersion(): string {
  const { version } = readJson(fileURLToPath(new URL("../../package.json", import.meta.url))) as { readonly version: string };
  return version;
}
