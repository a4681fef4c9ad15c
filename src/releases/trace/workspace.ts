import type { StoredRun } from "../../runs/index.ts";
import type { HubPort } from "../hub-port.ts";

export interface TraceOptions {
  /** Where runs lie. */
  readonly outputDir: string;
  /** Default: beside `outputDir`. */
  readonly historyPath?: string;
  /** Default: `models/releases`. */
  readonly releasesDirectory?: string;
  /** Asked about tags of repositories. Default: only what was published from here is known. */
  readonly hub?: HubPort;
  readonly signal?: AbortSignal;
}

/** What tracing works with: read once. */
export interface Workspace extends TraceOptions {
  readonly releasesDirectory: string;
  readonly runs: readonly StoredRun[];
}
