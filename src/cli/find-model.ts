import { resolveModel, type ResolvedModel, type ResolveOptions } from "../hub/index.ts";
import { fromLegacyPath } from "./legacy-path.ts";
import type { Print } from "./print.ts";
import type { Progress } from "./progress.ts";
import type { World } from "./world.ts";

interface FindModelParts extends Pick<ResolveOptions, "part" | "revision" | "signal"> {
  readonly print: Print;
  readonly world: World;
}

/** Finds the model behind `--model-name`: a path (also one from before a migration), the Hub's cache, or a download with a progress line. @throws `hub.…` errors */
export async function findModel(model: string, { print, world, part, revision, signal }: FindModelParts): Promise<ResolvedModel> {
  let progress: Progress | undefined;
  try {
    return await resolveModel(await fromLegacyPath(model, print), {
      part,
      revision,
      signal,
      environment: world.environment,
      fetch: world.fetch,
      onProgress: ({ file, doneBytes, totalBytes }) => {
        progress ??= print.progress({ label: `downloading ${model}`, total: totalBytes, unit: "bytes", start: doneBytes });
        progress.update(doneBytes, file);
      },
    });
  } finally {
    progress?.finish("");
  }
}
