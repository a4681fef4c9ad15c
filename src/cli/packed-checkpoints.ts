// Packing and unpacking a run's checkpoints from the command line: progress, the trash for what was packed, and one line when a command needs
// what is packed.
import { join, relative, resolve } from "node:path";
import { formatAmount, formatBytes } from "./format.ts";
import type { Print } from "./print.ts";
import type { Progress } from "./progress.ts";

interface PackedParts {
  readonly print: Print;
  readonly signal?: AbortSignal;
}

/** What `--json` says of an archive. */
export interface PackedRun {
  readonly archive: string;
  readonly checkpoints: number;
  readonly files: number;
  readonly content_bytes: number;
  readonly packed_bytes: number;
}

/** Packs a run's checkpoints; the originals go to the trash of the workspace. @throws `checkpoints.*`, `files.*` */
export async function packRun(directory: string, { print, now, signal }: PackedParts & { readonly now: Date }): Promise<PackedRun> {
  const [{ archivePlace, packCheckpoints, planArchive }, { runJournal }, { withRunLock, workspaceOf }] = await Promise.all([
    import("../checkpoints/index.ts"),
    import("../files/index.ts"),
    import("../runs/index.ts"),
  ]);
  const { archive } = archivePlace(directory);
  const index = await withRunLock(directory, () => {
    const plan = planArchive(directory);
    const workspace = workspaceOf(directory);
    const discard = async (path: string) => {
      const reason = `packed into ${relative(workspace, resolve(archive))}`;
      await runJournal(workspace, { purpose: "archive checkpoints", steps: [{ action: "trash", path: relative(workspace, resolve(path)), reason }] }, now);
    };
    return withProgress(print, "packing", (onProgress) => packCheckpoints(plan, { discard, now, signal, onProgress }));
  });
  const packed = { archive, checkpoints: index.checkpoints.length, files: index.files.length, content_bytes: index.size_bytes, packed_bytes: index.archive.size_bytes };
  print.line(`Packed ${formatAmount(packed.checkpoints, "checkpoint")}, ${formatBytes(packed.content_bytes)}, into ${archive}, ${formatBytes(packed.packed_bytes)}.`);
  print.line("The originals wait in the trash (.tunesmith/trash). Unpack with `tunesmith runs unarchive`; commands that need a packed checkpoint do it by themselves.");
  return packed;
}

/** Unpacks a run's checkpoints and removes the archive. @throws `checkpoints.*`, `files.*` */
export async function unpackRun(directory: string, { print, signal }: PackedParts): Promise<{ readonly checkpoints: number; readonly content_bytes: number }> {
  const [{ unpackCheckpoints }, { withRunLock }] = await Promise.all([import("../checkpoints/index.ts"), import("../runs/index.ts")]);
  const index = await withRunLock(directory, () => withProgress(print, "unpacking", (onProgress) => unpackCheckpoints(directory, { signal, onProgress })));
  print.line(`Unpacked ${formatAmount(index.checkpoints.length, "checkpoint")}, ${formatBytes(index.size_bytes)}, into ${join(directory, "checkpoints")}.`);
  return { checkpoints: index.checkpoints.length, content_bytes: index.size_bytes };
}

/** Unpacks what `path` needs: a run whose checkpoints are packed, or a checkpoint in it. Says so in one line; does nothing for any other path. */
export async function unpackIfNeeded(path: string, parts: PackedParts): Promise<void> {
  const [{ hasArchive }, { exists }] = await Promise.all([import("../checkpoints/index.ts"), import("../files/index.ts")]);
  const inner = /^(.+?)[/\\]checkpoints(?:[/\\][^/\\]+)?[/\\]?$/.exec(path)?.[1];
  const run = [path, ...(inner === undefined ? [] : [inner])].find((place) => hasArchive(place) && !exists(join(place, "checkpoints")));
  if (run === undefined) return;
  parts.print.note(`The checkpoints of ${run} are packed: unpacking them.`);
  await unpackRun(run, parts);
}

async function withProgress<T>(print: Print, label: string, act: (onProgress: (done: number, total: number) => void) => Promise<T>): Promise<T> {
  let progress: Progress | undefined;
  try {
    return await act((done, total) => {
      progress ??= print.progress({ label, total, unit: "bytes" });
      progress.update(done);
    });
  } finally {
    progress?.finish("");
  }
}
