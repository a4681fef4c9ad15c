import type { RunNaming } from "../checkpoints/index.ts";

/** How a run directory is named in a scheme: `runs` knows, `checkpoints` is handed it. */
export async function loadRunNaming(scheme: RunNaming["scheme"]): Promise<RunNaming> {
  const { formatDatedName, formatRunName } = await import("../runs/index.ts");
  return { scheme, format: (words) => (scheme === "hierarchical" ? formatRunName(words) : formatDatedName({ startedAt: words.startedAt })) };
}
