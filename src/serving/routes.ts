import type { Route } from "../route.ts";
import type { ServingCounters } from "./counters.ts";
import { openaiRoutes } from "./openai/routes.ts";
import { controlRoutes } from "./routes/control.ts";
import { generateRoutes } from "./routes/generate.ts";
import { modelRoutes } from "./routes/models.ts";
import { rerankRoutes } from "./routes/rerank.ts";
import type { ModelShelf } from "./shelf.ts";

export interface ServingOptions {
  /** Of this package. */
  readonly version: string;
  /** What `/metrics` shows. Default: there is no such route. */
  readonly counters?: ServingCounters;
  /** Seconds since 1970, for what is marked with a time. Default: now. */
  readonly now?: () => number;
}

/** Everything a server of models answers: its own API, that of OpenAI, and what watches and changes it. */
export function servingRoutes(shelf: ModelShelf, { version, counters, now = () => Date.now() / 1000 }: ServingOptions): readonly Route[] {
  return [...modelRoutes(shelf, version), ...generateRoutes(shelf), ...rerankRoutes(shelf), ...openaiRoutes(shelf, now), ...controlRoutes(shelf, counters)];
}
