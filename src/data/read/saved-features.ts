import { join } from "node:path";
import { readSmallText, scanDirectory } from "../../files/index.ts";

const MOST_BYTES = 32 << 20;

/** The features that Python's `datasets` saved beside the rows of a directory or of one of its splits; undefined where there are none. */
export function findSavedFeatures(path: string): unknown {
  const entries = scanDirectory(path);
  if ("refused" in entries) return undefined;
  const folders = entries.filter(({ kind }) => kind === "directory").map(({ name }) => join(path, name)).toSorted();
  for (const folder of [path, ...folders]) {
    const read = readSmallText(join(folder, "dataset_info.json"), MOST_BYTES);
    const info = "text" in read ? tryParse(read.text) : undefined;
    if (typeof info === "object" && info !== null && "features" in info) return info.features;
  }
  return undefined;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
