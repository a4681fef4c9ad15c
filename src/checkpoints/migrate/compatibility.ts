// Old paths keep working: every migration leaves a list of what went where, and a path is led through the lists in their order.
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { exists, readSmallText } from "../../files/index.ts";
import { COMPATIBILITY_SCHEMA_VERSION, compatibilitySchema, type Compatibility } from "../../records/index.ts";
import { compatibilityDamaged } from "./errors.ts";

export const COMPATIBILITY_FILE = ".tunesmith/compatibility.json";
const LIMIT_BYTES = 64_000_000;

/** The map of a workspace, empty when there was no migration. @throws `checkpoints.compatibility_damaged` */
export function readCompatibility(workspace: string): Compatibility {
  const path = join(workspace, COMPATIBILITY_FILE);
  if (!exists(path)) return { schema_version: COMPATIBILITY_SCHEMA_VERSION, migrations: [] };
  const read = readSmallText(path, LIMIT_BYTES);
  if ("refused" in read) throw compatibilityDamaged(path, read.refused);
  try {
    return compatibilitySchema.parse(JSON.parse(read.text));
  } catch (cause) {
    throw compatibilityDamaged(path, (cause as Error).message.slice(0, 200));
  }
}

/** Where a path leads after all migrations; it is not looked at. @param path relative to the workspace, with `/` */
export function followMigrations({ migrations }: Compatibility, path: string): string {
  return migrations.reduce((here, { paths }) => {
    let best: { readonly from: string; readonly to: string } | undefined;
    for (const pair of paths) {
      if ((here === pair.from || here.startsWith(`${pair.from}/`)) && (best === undefined || pair.from.length > best.from.length)) best = pair;
    }
    return best === undefined ? here : best.to + here.slice(best.from.length);
  }, path);
}

/**
 * Where what stood at `path` stands since migrations, absolute; undefined when something still stands at `path`, or nothing is known of it.
 * Whoever takes the answer warns that the path is an old one.
 * @throws `checkpoints.compatibility_damaged`
 */
export function resolveLegacyPath(path: string, workspace: string): string | undefined {
  const root = resolve(workspace);
  const here = isAbsolute(path) ? path : resolve(root, path);
  if (exists(here)) return undefined;
  const inside = relative(root, here).split(sep).join("/");
  if (inside === "" || inside.startsWith("../") || inside === "..") return undefined;
  const led = followMigrations(readCompatibility(root), inside);
  return led === inside || !exists(join(root, led)) ? undefined : join(root, led);
}
