// Scores of rows that carry any number of labels, as scikit-learn 1.9 gives them on indicator matrices (zero_division 0). A generated answer
// can name a label that does not exist, which a matrix cannot hold: it counts as a wrong prediction wherever rows are scored as a whole.
import { averageScores, fromColumns, type AveragedScores, type ClassScore } from "./counts.ts";

export interface LabelRow {
  readonly gold: readonly string[];
  readonly predicted: readonly string[];
}

export interface MultiLabelScores extends AveragedScores {
  /** Mean of the scores of each row. */
  readonly samples: ClassScore;
  /** Share of the rows with exactly the gold labels. */
  readonly subsetAccuracy: number;
  /** Wrong cells over rows times labels: 0 is best. */
  readonly hammingLoss: number;
  /** Share of the predicted labels that are not among the labels. */
  readonly unknownLabelRate: number;
}

/** What stored multi-label scores mean. */
export const MULTI_LABEL_SIGNATURE = "multi_label|sklearn|zero_division:0|labels:of_all_splits|unknown_label:false_positive|aggregate:sum";

/**
 * What one row adds to the sums: correct, predicted and gold for every label, then unknown predictions, precision, recall and F1 of the row,
 * whether it is right as a whole, wrong cells, and 1. A label named twice counts once.
 * @throws RangeError for a gold label that is not among `labels`
 */
export function countLabels({ gold, predicted }: LabelRow, labels: readonly string[]): readonly number[] {
  const [wanted, given] = [new Set(gold), new Set(predicted)];
  const stray = gold.find((label) => !labels.includes(label));
  if (stray !== undefined) throw new RangeError(`${JSON.stringify(stray)} is no label: the labels are ${labels.join(", ")}`);
  const cells = labels.flatMap((label) => [wanted.has(label) && given.has(label) ? 1 : 0, given.has(label) ? 1 : 0, wanted.has(label) ? 1 : 0]);
  const unknown = [...given].filter((label) => !labels.includes(label)).length;
  const correct = [...given].filter((label) => wanted.has(label)).length;
  const wrongCells = labels.filter((label) => wanted.has(label) !== given.has(label)).length;
  const isRight = wrongCells === 0 && unknown === 0;
  const f1 = correct === 0 ? 0 : (2 * correct) / (given.size + wanted.size);
  return [...cells, unknown, correct / Math.max(1, given.size), correct / Math.max(1, wanted.size), f1, isRight ? 1 : 0, wrongCells, 1];
}

/** The scores of summed counts. */
export function multiLabelOfCounts(sums: ArrayLike<number>, labels: readonly string[]): MultiLabelScores {
  const counts = fromColumns(sums, labels);
  const [unknown, precision, recall, f1, right, wrongCells, rows] = Array.from({ length: 7 }, (_, index) => sums[3 * labels.length + index]!) as [number, number, number, number, number, number, number];
  const { micro, macro, weighted, perClass } = averageScores(counts);
  const predicted = unknown + [...counts.values()].reduce((sum, count) => sum + count.predicted, 0);
  const correct = [...counts.values()].reduce((sum, count) => sum + count.correct, 0);
  return {
    micro: { ...micro, precision: correct / Math.max(1, predicted), f1: correct === 0 ? 0 : (2 * correct) / (predicted + micro.support) },
    macro,
    weighted,
    perClass,
    samples: { precision: precision / rows, recall: recall / rows, f1: f1 / rows, support: micro.support },
    subsetAccuracy: right / rows,
    hammingLoss: wrongCells / (rows * labels.length),
    unknownLabelRate: unknown / Math.max(1, predicted),
  };
}
