// What shows only over many rows: how labels are spread, and in which forms the answers of a task come. Bounded: beyond so many labels or tasks they are
// no classes any more, and nothing is said.
import type { DatasetFinding } from "../../records/index.ts";
import { agreeWith } from "../../plural.ts";
import type { Row } from "../row.ts";
import { addRow, joinFound, NO_ROWS, type FoundRows } from "./found.ts";
import { ANSWER_SHAPES, oddShapes, shapeOf, type AnswerShape } from "./shapes.ts";

const MOST_CLASSES = 200;
/** Rows of the commonest label for each of the rarest, from which a dataset is called unbalanced. Source: seed 003, label imbalance. */
const UNBALANCED = 3;

export interface Tallies {
  readonly labels: Readonly<Record<string, FoundRows>>;
  /** `task\tshape` → rows. */
  readonly shapes: Readonly<Record<string, FoundRows>>;
}

export interface Tally {
  add(number: number, row: Row, text: string): void;
  part(): Tallies;
  absorb(part: Tallies): void;
  finish(): readonly DatasetFinding[];
}

export function createTally(): Tally {
  const labels = new Map<string, FoundRows>();
  const shapes = new Map<string, FoundRows>();
  const count = (counts: Map<string, FoundRows>, key: string, found: (before: FoundRows) => FoundRows): void => {
    const before = counts.get(key);
    if (before !== undefined || counts.size <= MOST_CLASSES * ANSWER_SHAPES.length) counts.set(key, found(before ?? NO_ROWS));
  };
  return {
    add(number, row, text) {
      for (const label of row.labels ?? []) count(labels, label, (found) => addRow(found, number, text));
      if (row.output !== "") count(shapes, `${row.task ?? ""}\t${shapeOf(row.output)}`, (found) => addRow(found, number, row.output));
    },
    part: () => ({ labels: Object.fromEntries(labels), shapes: Object.fromEntries(shapes) }),
    absorb(part) {
      for (const [label, more] of Object.entries(part.labels)) count(labels, label, (found) => joinFound(found, more));
      for (const [key, more] of Object.entries(part.shapes)) count(shapes, key, (found) => joinFound(found, more));
    },
    finish: () => [...findImbalance(labels), ...findMixedShapes(shapes)],
  };
}

function findImbalance(labels: ReadonlyMap<string, FoundRows>): readonly DatasetFinding[] {
  const ordered = [...labels].sort(([nameA, a], [nameB, b]) => a.count - b.count || (nameA < nameB ? -1 : 1));
  const [rarest, commonest] = [ordered[0], ordered.at(-1)];
  if (rarest === undefined || commonest === undefined || labels.size < 2 || labels.size > MOST_CLASSES || commonest[1].count < UNBALANCED * rarest[1].count) return [];
  const [name, { count, rows, sample }] = rarest;
  return [{ code: "label_imbalance", severity: "note", message: `${agreeWith(count, "[row|rows]")} of the rarest label ${JSON.stringify(name)}; ${JSON.stringify(commonest[0])} has ${commonest[1].count}`, count, rows: [...rows], sample }];
}

function findMixedShapes(shapes: ReadonlyMap<string, FoundRows>): readonly DatasetFinding[] {
  const byTask = new Map<string, Partial<Record<AnswerShape, FoundRows>>>();
  for (const [key, found] of shapes) {
    const [task, shape] = key.split("\t") as [string, AnswerShape];
    byTask.set(task, { ...byTask.get(task), [shape]: found });
  }
  return [...byTask].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([task, found]) => {
    const counts = Object.fromEntries(Object.entries(found).map(([shape, { count }]) => [shape, count]));
    const odd = oddShapes(counts);
    if (odd.length === 0) return [];
    const rows = odd.map((shape) => found[shape]!).reduce(joinFound);
    return [{ code: "mixed_formats", severity: "warning" as const, message: `${agreeWith(rows.count, "[answer|answers]")}${task === "" ? "" : ` of ${task}`} in another form than most (${Object.entries(counts).map(([shape, count]) => `${shape} ${count}`).join(", ")})`, count: rows.count, rows: [...rows.rows], sample: rows.sample }];
  });
}
