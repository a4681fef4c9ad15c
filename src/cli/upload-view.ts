// How uploads look: a line when one has arrived or failed; a moving one only while nothing else moves.
import type { UploadEvent } from "../training/index.ts";
import { formatBytes } from "./format.ts";
import type { Print } from "./print.ts";
import type { Progress } from "./progress.ts";

export interface UploadView {
  readonly show: (event: UploadEvent) => void;
  /** From now on the bytes under way are shown: the training's own line has ended. */
  readonly alone: () => void;
  readonly finish: () => void;
}

/** `quiet` until {@link UploadView.alone}: beside a training only what is done or failed is told, each failure once. */
export function createUploadView(print: Print, quiet = false): UploadView {
  let isQuiet = quiet;
  let progress: Progress | undefined;
  const failures = new Set<string>();
  const finish = (): void => {
    progress?.finish("");
    progress = undefined;
  };
  return {
    show(event) {
      const what = event.upload.kind === "model" ? "the final model" : `checkpoint-${event.upload.step}`;
      if (event.type === "progress" && !isQuiet) {
        progress ??= print.progress({ label: `uploading ${what}`, total: event.totalBytes, unit: "bytes" });
        progress.update(event.doneBytes);
      }
      if (event.type === "started" || event.type === "progress") return;
      finish();
      if (event.type === "done") print.line(`  uploaded ${what}: ${formatBytes(event.sizeBytes)}, verified, commit ${event.upload.commit?.slice(0, 12)}`);
      else if (!failures.has(`${what} ${event.message}`)) {
        failures.add(`${what} ${event.message}`);
        print.warn(`${what} was not uploaded: ${print.visible(event.message)}${event.upload.status === "gone" ? "" : ". It is kept here and tried again."}`);
      }
    },
    alone() {
      isQuiet = false;
    },
    finish,
  };
}
