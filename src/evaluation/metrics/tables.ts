// The tables that evaluation measures: which numbers a row adds, and which metrics are read from the sums.
import { bleuOfCounts, bleuSignature, countBleu, type BleuOptions } from "./bleu.ts";
import { chrfOfCounts, chrfSignature, countChrf } from "./chrf.ts";
import { averageScores, countsAt, fromColumns, scoreCounts, toColumns, type ClassScore, type CountsByClass } from "./counts.ts";
import { entitySignature, type EntityOptions, type EntityOutcome } from "./entities.ts";
import { countLabels, MULTI_LABEL_SIGNATURE, multiLabelOfCounts, type LabelRow } from "./multi-label.ts";
import type { MetricTable, SummedMetric } from "./table.ts";
import { keepScheme } from "./tag-answers.ts";
import type { TagScheme } from "./tag-spans.ts";
import { countTags, tagSignature, type TagMode } from "./tags.ts";

export interface TextRow {
  readonly prediction: string;
  readonly references: readonly string[];
}

const SCORES = ["precision", "recall", "f1"] as const;
const CHRF_PLUS_PLUS = { wordOrder: 2 };
/** Three numbers for each of six orders. */
const CHRF_COLUMNS = 18;

/** `bleu`, `chrf` and `chrf++` of generated texts that have as many references each, 0 to 100. Its rows throw RangeError when they have more or fewer. */
export function textTable(references = 1, options: BleuOptions = {}): MetricTable<TextRow> {
  const bleuColumns = 2 + 2 * (options.maxOrder ?? 4);
  // chrF++ counts characters first, as chrF does; of several references the two may take different ones.
  const chrfColumns = references === 1 ? 0 : CHRF_COLUMNS;
  const percent = { unit: "percent", direction: "rises" } as const;
  const after = (sums: ArrayLike<number>, columns: number) => Array.from(sums).slice(bleuColumns + columns);
  return {
    columnsOf: ({ prediction, references: golds }) => {
      if (golds.length !== references) throw new RangeError(`Rows with ${references} references each are needed, this one has ${golds.length}`);
      const chrf = references === 1 ? [] : countChrf(prediction, golds);
      return [...countBleu(prediction, golds, options), ...chrf, ...countChrf(prediction, golds, CHRF_PLUS_PLUS)];
    },
    metrics: [
      { name: "bleu", ...percent, signature: bleuSignature(options, references), valueOf: (sums) => bleuOfCounts(sums, options).score },
      { name: "chrf", ...percent, signature: chrfSignature({}, references), valueOf: (sums) => chrfOfCounts(after(sums, 0)) },
      { name: "chrf++", ...percent, signature: chrfSignature(CHRF_PLUS_PLUS, references), valueOf: (sums) => chrfOfCounts(after(sums, chrfColumns), CHRF_PLUS_PLUS) },
    ],
  };
}

/**
 * Precision, recall and F1 of listed entities: `f1_micro`, `f1_macro`, `f1_partial`, … and `<type>/f1` where there are several types, with
 * `parse_failure_rate` (answers that could not be read) and `hallucination_rate` (predictions that the source does not say).
 * `types` are all that occur; macro is over those that occur in the rows at hand.
 */
export function entityTable(types: readonly string[], options: EntityOptions = {}): MetricTable<EntityOutcome> {
  const signature = entitySignature(options);
  const offset = 3 * types.length;
  const rate = (name: string, above: number, below: number): SummedMetric => ({ name, unit: "fraction", direction: "falls", signature, valueOf: (sums) => sums[offset + above]! / Math.max(1, sums[offset + below]!) });
  return {
    columnsOf: ({ counts, partial, isUnreadable, hallucinated }) => [...toColumns(counts, types), partial.correct, partial.predicted, partial.gold, isUnreadable ? 1 : 0, hallucinated, 1],
    metrics: [
      ...classMetrics(types, signature),
      ...scoreMetrics((score) => `${score}_partial`, `${signature}|partial:half_the_words`, (sums) => scoreCounts({ correct: sums[offset]!, predicted: sums[offset + 1]!, gold: sums[offset + 2]! })),
      rate("parse_failure_rate", 3, 5),
      rate("hallucination_rate", 4, 1),
    ],
  };
}

/** Precision, recall and F1 of entities in tagged sentences, micro, macro, weighted and by type, as seqeval. `types` are all that occur. */
export function tagTable(types: readonly string[], mode: TagMode = "default"): MetricTable<CountsByClass> {
  return { columnsOf: (counts) => toColumns(counts, types), metrics: classMetrics(types, tagSignature(mode)) };
}

/** One answer in tags. */
export interface TagRow {
  readonly gold: readonly string[];
  /** As many as gold ones, of any scheme. */
  readonly predicted: readonly string[];
  readonly isUnreadable: boolean;
  /** There were more tags than gold ones, or fewer. */
  readonly isMisfit: boolean;
}

/**
 * Both readings of seqeval at once: `f1_micro`, … by default, `f1_micro_strict`, … of the scheme, for which tags of another are O; with `parse_failure_rate` and
 * `length_error`. `types` are all that occur; `origin` says in the signature how answers became tags.
 */
export function tagAnswerTable(types: readonly string[], scheme: TagScheme, origin: string): MetricTable<TagRow> {
  const [loose, strict] = [tagTable(types), tagTable(types, scheme)];
  const width = 3 * types.length;
  const rate = (name: string, column: number): SummedMetric => ({ name, unit: "fraction", direction: "falls", signature: `tags|${origin}`, valueOf: (sums) => sums[2 * width + column]! / Math.max(1, sums[2 * width + 2]!) });
  return {
    columnsOf: ({ gold, predicted, isUnreadable, isMisfit }) => [
      ...loose.columnsOf(countTags(gold, predicted)),
      ...strict.columnsOf(countTags(gold, keepScheme(predicted, scheme), scheme)),
      isUnreadable ? 1 : 0,
      isMisfit ? 1 : 0,
      1,
    ],
    metrics: [
      ...loose.metrics.map((metric) => ({ ...metric, signature: `${metric.signature}|${origin}` })),
      ...strict.metrics.map(({ name, signature, valueOf, ...metric }) => ({ ...metric, name: `${name}_strict`, signature: `${signature}|${origin}`, valueOf: (sums: ArrayLike<number>) => valueOf(Array.from(sums).slice(width)) })),
      rate("parse_failure_rate", 0),
      rate("length_error", 1),
    ],
  };
}

/** Precision, recall and F1 micro, macro, weighted, by row (`f1_samples`) and by label (`<label>/f1`), `subset_accuracy`, `hamming_loss`, `unknown_label_rate`. */
export function labelTable(labels: readonly string[]): MetricTable<LabelRow> {
  const signature = MULTI_LABEL_SIGNATURE;
  const one = (name: string, direction: SummedMetric["direction"], valueOf: SummedMetric["valueOf"]): SummedMetric => ({ name, unit: "fraction", direction, signature, valueOf });
  const scores = (sums: ArrayLike<number>) => multiLabelOfCounts(sums, labels);
  return {
    columnsOf: (row) => countLabels(row, labels),
    metrics: [
      ...(["micro", "macro", "weighted", "samples"] as const).flatMap((average) => scoreMetrics((score) => `${score}_${average}`, signature, (sums) => scores(sums)[average])),
      one("subset_accuracy", "rises", (sums) => scores(sums).subsetAccuracy),
      one("hamming_loss", "falls", (sums) => scores(sums).hammingLoss),
      one("unknown_label_rate", "falls", (sums) => scores(sums).unknownLabelRate),
      ...eachClass(labels, signature),
    ],
  };
}

/** How many gold instances stand behind each class, from the sums of a table whose columns begin with those of the classes. */
export function supportsOf(sums: ArrayLike<number>, classes: readonly string[]): ReadonlyMap<string, number> {
  return new Map(classes.map((name, index) => [name, sums[3 * index + 2]!]));
}

/** Averages, and classes one by one where there are several. */
function classMetrics(classes: readonly string[], signature: string): readonly SummedMetric[] {
  const seen = (sums: ArrayLike<number>) => new Map([...fromColumns(sums, classes)].filter(([, { predicted, gold }]) => predicted + gold > 0));
  return [
    ...(["micro", "macro", "weighted"] as const).flatMap((average) => scoreMetrics((score) => `${score}_${average}`, signature, (sums) => averageScores(seen(sums))[average])),
    ...(classes.length < 2 ? [] : eachClass(classes, signature)),
  ];
}

function eachClass(classes: readonly string[], signature: string): readonly SummedMetric[] {
  return classes.flatMap((name, place) => scoreMetrics((score) => `${name}/${score}`, signature, (sums) => scoreCounts(countsAt(sums, place))));
}

function scoreMetrics(nameOf: (score: (typeof SCORES)[number]) => string, signature: string, read: (sums: ArrayLike<number>) => ClassScore): readonly SummedMetric[] {
  return SCORES.map((score) => ({ name: nameOf(score), unit: "fraction", direction: "rises", signature, valueOf: (sums) => read(sums)[score] }));
}
