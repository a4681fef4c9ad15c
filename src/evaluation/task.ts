// Generated answers against gold ones that are more than text, and what the predictions of a split are of.
import type { EvaluationTask, Prediction, TaskKind } from "../records/index.ts";
import type { Gold } from "./gold.ts";
import { scoreEntities, type EntityOptions } from "./metrics/entities.ts";
import { filterEntities, type EntityFilter } from "./metrics/entity-filters.ts";
import { parseEntities } from "./metrics/entity-parse.ts";
import type { EntityNormalization } from "./metrics/entity.ts";
import { parseLabels } from "./metrics/label-parse.ts";
import { fitTags, parseTags, tagEntities } from "./metrics/tag-answers.ts";
import { readSpans } from "./metrics/tag-spans.ts";

/** What makes two listed entities the same. */
export interface EntitySettings {
  /** Default "strict". */
  readonly normalization?: EntityNormalization;
  /** "multiset": as often as it is gold; "set": each once; "span": by type and place instead of text. Default "multiset". */
  readonly matching?: "multiset" | "set" | "span";
  /** Rules that drop predictions before they are scored. Default none. */
  readonly filters?: readonly EntityFilter[];
}

export function entityOptions({ normalization, matching = "multiset", filters }: EntitySettings = {}): EntityOptions {
  return { normalization, filters, ...(matching === "span" ? { compare: "span" } : { matching }) };
}

/** Scores a generated answer against gold labels, entities or tags; nothing for text. */
export function scoreTask(answer: string | undefined, gold: Gold, settings: EntitySettings = {}): Pick<Prediction, "labels" | "entities" | "tags"> {
  if (answer === undefined || gold.kind === "text") return {};
  // What cannot be read is a label that does not exist, so that it is never right.
  if (gold.kind === "labels") return { labels: { gold: [...gold.labels], predicted: [...(parseLabels(answer, gold.all) ?? [answer.trim()])] } };
  if (gold.kind === "tags") return { tags: scoreTags(answer, gold, settings) };
  const { counts, partial, isUnreadable, hallucinated, wrong, missed, dropped } = scoreEntities({ gold: gold.entities, predicted: parseEntities(answer, gold.type), source: gold.source }, entityOptions(settings));
  return {
    entities: {
      counts: Object.fromEntries([...counts].map(([type, count]) => [type, { ...count }])),
      partial: { ...partial },
      unreadable: isUnreadable,
      hallucinated,
      wrong: wrong.map(({ entity, error }) => ({ type: entity.type, text: entity.text, error })),
      missed: missed.map(({ type, text }) => ({ type, text })),
      ...(dropped.length === 0 ? {} : { dropped: dropped.map(({ entity, filter }) => ({ type: entity.type, text: entity.text, filter })) }),
    },
  };
}

function scoreTags(answer: string, gold: Gold & { readonly kind: "tags" }, { filters = [] }: EntitySettings): NonNullable<Prediction["tags"]> {
  if (gold.tags === undefined) {
    const listed = parseEntities(answer, gold.type);
    const { gold: wanted, predicted } = tagEntities(gold.entities, filterEntities(listed ?? [], filters, gold.source).kept, gold.source);
    return { gold: [...wanted], predicted: [...predicted], unreadable: listed === undefined, misfit: false, listed: true };
  }
  const tags = parseTags(answer);
  return { gold: [...gold.tags], predicted: [...fitTags(tags ?? [], gold.tags.length)], unreadable: tags === undefined, misfit: tags?.length !== gold.tags.length, listed: false };
}

/** What was asked of the row. */
export function kindOf({ labels, entities, tags }: Prediction): TaskKind {
  if (labels !== undefined) return "labels";
  if (entities !== undefined) return "entities";
  return tags === undefined ? "text" : "tags";
}

/** What the predictions are of, how many gold items stand behind each class (`all` labels, also those that no row has), and how entities went wrong. */
export function describeTask(predictions: readonly Prediction[], all: readonly string[] = []): EvaluationTask {
  const [support, errors, dropped, rows] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>(), new Map<TaskKind, number>()];
  const add = <Name extends string>(sums: Map<Name, number>, name: Name, count: number) => sums.set(name, (sums.get(name) ?? 0) + count);
  for (const row of predictions) add(rows, kindOf(row), 1);
  const kind = rows.size > 1 ? "mixed" : ([...rows.keys()][0] ?? "text");
  const named = (of: TaskKind, name: string) => (kind === "mixed" ? `${of}/${name}` : name);
  for (const label of all) support.set(named("labels", label), 0);
  for (const { labels, entities, tags } of predictions) {
    for (const label of new Set(labels?.gold)) add(support, named("labels", label), 1);
    for (const [type, { gold }] of Object.entries(entities?.counts ?? {})) if (gold > 0) add(support, named("entities", type), gold);
    for (const { type } of tags === undefined ? [] : readSpans(tags.gold)) add(support, named("tags", type), 1);
    for (const { error } of entities?.wrong ?? []) add(errors, error, 1);
    for (const { filter } of entities?.dropped ?? []) add(dropped, filter, 1);
  }
  const byCount = (sums: ReadonlyMap<string, number>) => Object.fromEntries([...sums].sort(([, a], [, b]) => b - a));
  return {
    kind,
    ...(rows.size === 0 ? {} : { rows: Object.fromEntries(rows) }),
    support: Object.fromEntries([...support].sort(([a], [b]) => (a < b ? -1 : 1))),
    errors: byCount(errors),
    ...(dropped.size === 0 ? {} : { dropped: byCount(dropped) }),
    ...(rows.has("labels") ? { labels: [...new Set([...all, ...predictions.flatMap(({ labels }) => labels?.gold ?? [])])].sort() } : {}),
  };
}
