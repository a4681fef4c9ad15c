// Precision, recall and F1 from counts, one class at a time and averaged. What would divide by nothing is 0, as in seqeval and scikit-learn
// by default.

/** Of one class. */
export interface Counts {
  /** Predictions that are right. */
  readonly correct: number;
  readonly predicted: number;
  readonly gold: number;
}

export type CountsByClass = ReadonlyMap<string, Counts>;

/** Fractions from 0 to 1, and how many gold instances stand behind them. */
export interface ClassScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly support: number;
}

export interface AveragedScores {
  /** Of the pooled counts. */
  readonly micro: ClassScore;
  /** Plain mean over the classes. */
  readonly macro: ClassScore;
  /** Mean over the classes, each weighing as its support. */
  readonly weighted: ClassScore;
  /** In the order of the counts. */
  readonly perClass: ReadonlyMap<string, ClassScore>;
}

const NO_COUNTS: Counts = { correct: 0, predicted: 0, gold: 0 };

/** The scores of one class. */
export function scoreCounts({ correct, predicted, gold }: Counts): ClassScore {
  const precision = correct / Math.max(1, predicted);
  const recall = correct / Math.max(1, gold);
  return { precision, recall, f1: correct === 0 ? 0 : (2 * correct) / (predicted + gold), support: gold };
}

/** Micro, macro and weighted scores over all classes that are given. */
export function averageScores(counts: CountsByClass): AveragedScores {
  const perClass = new Map([...counts].map(([name, count]) => [name, scoreCounts(count)] as const));
  const scores = [...perClass.values()];
  return {
    micro: scoreCounts([...counts.values()].reduce(plus, NO_COUNTS)),
    macro: meanScore(scores, () => 1),
    weighted: meanScore(scores, ({ support }) => support),
    perClass,
  };
}

/** The counts of several rows together; classes in the order in which they first occur. */
export function addCounts(rows: Iterable<CountsByClass>): CountsByClass {
  const sums = new Map<string, Counts>();
  for (const row of rows) for (const [name, counts] of row) sums.set(name, plus(sums.get(name) ?? NO_COUNTS, counts));
  return sums;
}

/** Three numbers a class, in the order of `classes`: correct, predicted, gold. @throws RangeError for a class that is not among them */
export function toColumns(counts: CountsByClass, classes: readonly string[]): readonly number[] {
  const stray = [...counts.keys()].find((name) => !classes.includes(name));
  if (stray !== undefined) throw new RangeError(`${JSON.stringify(stray)} has no column: the classes are ${classes.join(", ")}`);
  return classes.flatMap((name) => {
    const { correct, predicted, gold } = counts.get(name) ?? NO_COUNTS;
    return [correct, predicted, gold];
  });
}

/** The counts of the class at that place in the columns, or in their sums over rows. */
export function countsAt(columns: ArrayLike<number>, place: number): Counts {
  return { correct: columns[3 * place]!, predicted: columns[3 * place + 1]!, gold: columns[3 * place + 2]! };
}

/** The counts of all classes. */
export function fromColumns(columns: ArrayLike<number>, classes: readonly string[]): CountsByClass {
  return new Map(classes.map((name, place) => [name, countsAt(columns, place)]));
}

function plus(a: Counts, b: Counts): Counts {
  return { correct: a.correct + b.correct, predicted: a.predicted + b.predicted, gold: a.gold + b.gold };
}

function meanScore(scores: readonly ClassScore[], weightOf: (score: ClassScore) => number): ClassScore {
  const weight = scores.reduce((sum, score) => sum + weightOf(score), 0);
  const mean = (of: (score: ClassScore) => number) => (weight === 0 ? 0 : scores.reduce((sum, score) => sum + of(score) * weightOf(score), 0) / weight);
  return {
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
    f1: mean(({ f1 }) => f1),
    support: scores.reduce((sum, { support }) => sum + support, 0),
  };
}
