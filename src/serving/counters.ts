// What monitoring reads, in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/).
import { modelId } from "./identity.ts";
import type { ModelShelf } from "./shelf.ts";

/** One answer that was sent. */
export interface CountedAnswer {
  readonly method: string;
  readonly path: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

export interface ServingCounters {
  count(answer: CountedAnswer): void;
  /** The page of metrics. */
  render(shelf: ModelShelf): string;
}

export const METRICS_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Upper bounds in seconds: from a health check to a long answer. */
const BOUNDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

interface Histogram {
  readonly buckets: number[];
  sum: number;
  count: number;
}

interface Place {
  /** By method and status: `GET 200`. */
  readonly requests: Map<string, number>;
  readonly histogram: Histogram;
}

/** `startedAt` is seconds since 1970. */
export function createCounters(startedAt: number, residentBytes: () => number = () => process.memoryUsage.rss()): ServingCounters {
  const places = new Map<string, Place>();
  return {
    // Called for every answer: labels are written when the page is.
    count({ method, path = "(none)", status, seconds }) {
      let place = places.get(path);
      if (place === undefined) places.set(path, (place = { requests: new Map(), histogram: { buckets: BOUNDS.map(() => 0), sum: 0, count: 0 } }));
      const { requests, histogram } = place;
      const kind = `${method} ${status}`;
      requests.set(kind, (requests.get(kind) ?? 0) + 1);
      histogram.sum += seconds;
      histogram.count += 1;
      const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
      if (bucket !== -1) histogram.buckets[bucket]! += 1;
    },
    render: (shelf) =>
      [
        family("tunesmith_http_requests_total", "counter", "Answers sent.", [...places].flatMap(([path, { requests }]) => [...requests].map(([kind, value]): Line => [requestLabels(path, kind), value]))),
        family("tunesmith_http_request_seconds", "histogram", "From a request's head to its answer's last byte.", [...places].flatMap(([path, { histogram }]) => bucketLines(labels({ path }), histogram))),
        ...modelFamilies(shelf),
        family("process_start_time_seconds", "gauge", "When this server began, since 1970.", [["", startedAt]]),
        family("process_resident_memory_bytes", "gauge", "Memory of this process, without its models.", [["", residentBytes()]]),
      ].join(""),
  };
}

type Line = readonly [suffixAndLabels: string, value: number];

function modelFamilies({ models }: ModelShelf): readonly string[] {
  const each = (value: (pool: ModelShelf["models"][number]["pool"]) => number): Line[] => models.map(({ identity, pool }) => [labels({ model: modelId(identity) }), value(pool)]);
  const facts: Line[] = models.map(({ identity }) => [labels({ model: modelId(identity), name: identity.name, version: identity.version ?? "", digest: identity.digest, run: identity.runId ?? "" }), 1]);
  return [
    family("tunesmith_model_info", "gauge", "Which models answer.", facts),
    family("tunesmith_model_loaded", "gauge", "Whether a live process holds the model.", each(({ loaded }) => Number(loaded))),
    family("tunesmith_requests_running", "gauge", "Requests in the model.", each(({ load }) => load.running)),
    family("tunesmith_requests_waiting", "gauge", "Requests in the line.", each(({ load }) => load.waiting)),
    family("tunesmith_answers_total", "counter", "Requests that models answered whole.", each(({ counts }) => counts.answers)),
    family("tunesmith_prompt_tokens_total", "counter", "Tokens read.", each(({ counts }) => counts.promptTokens)),
    family("tunesmith_generated_tokens_total", "counter", "Tokens written.", each(({ counts }) => counts.generatedTokens)),
    family("tunesmith_model_restarts_total", "counter", "Times a model process was started again.", each(({ counts }) => counts.restarts)),
  ];
}

function requestLabels(path: string, kind: string): string {
  const [method = "", status = ""] = kind.split(" ");
  return labels({ method, path, status });
}

/** Buckets add up, as the format wants it. */
function bucketLines(key: string, { buckets, sum, count }: Histogram): readonly Line[] {
  let below = 0;
  const inner = key.slice(1, -1);
  const bounded = BOUNDS.map((bound, index): Line => [`_bucket{${inner},le="${bound}"}`, (below += buckets[index]!)]);
  return [...bounded, [`_bucket{${inner},le="+Inf"}`, count], [`_sum${key}`, sum], [`_count${key}`, count]];
}

function family(name: string, type: "counter" | "gauge" | "histogram", help: string, lines: readonly Line[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.map(([suffix, value]) => `${name}${suffix} ${value}\n`).join("")}`;
}

function labels(values: Readonly<Record<string, string>>): string {
  const escape = (text: string) => text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
  return `{${Object.entries(values).map(([name, value]) => `${name}="${escape(value)}"`).join(",")}}`;
}
