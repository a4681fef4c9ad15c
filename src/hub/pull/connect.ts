import type { DownloadProgress } from "./fetch-files.ts";
import { defaultWait, type Connection } from "./request.ts";
import { findEndpoint, findToken, type Environment } from "../settings.ts";

/** How the Hub and its cache are reached. */
export interface HubOptions {
  /** Branch, tag or commit. Default `main`. */
  readonly revision?: string;
  /** Default: the cache shared with Python (HF_HUB_CACHE, HF_HOME). */
  readonly cacheDir?: string;
  /** Default: HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Default: HF_TOKEN, else the token file. Never printed. */
  readonly token?: string;
  /** Default `process.env`. */
  readonly environment?: Environment;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** Waits between attempts, in milliseconds. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** @throws `hub.endpoint_invalid`, `hub.token_invalid` */
export function connect(environment: Environment, options: HubOptions): Connection {
  return {
    endpoint: findEndpoint(environment, options.endpoint),
    token: findToken(environment, options.token),
    fetch: options.fetch ?? globalThis.fetch,
    signal: options.signal,
    wait: options.wait ?? defaultWait(options.signal),
  };
}
