/** One training example in Alpaca's columns. `output` is what the model learns to write; everything else is what it is shown. */
export interface Row {
  /** Unique within a dataset. */
  readonly id: string;
  /** The task or question; empty for plain text. */
  readonly instruction: string;
  /** Source text the instruction is about, or earlier turns of a conversation; empty when there is none. */
  readonly input: string;
  readonly output: string;
  /** Text of the system turn of a conversation. */
  readonly system?: string;
  /** Kind of task, for metrics per task. */
  readonly task?: string;
  /** Rows of one group never stand in two splits: articles of one source, turns of one patient. */
  readonly group?: string;
  /** Classes the row belongs to, of one or several labels. */
  readonly labels?: readonly string[];
  /** What is named in the input. */
  readonly entities?: readonly Entity[];
  /** All turns of a conversation with more than one answer; the fields above tell it too: earlier turns in `input`, the last answer in `output`. */
  readonly messages?: readonly Message[];
}

/** A name in a text. `start` and `end` count characters (Unicode code points, as Python does), the end not included. */
export interface Entity {
  readonly type: string;
  readonly text: string;
  readonly start?: number;
  readonly end?: number;
}

export interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
}

/** Names of the splits, in the order they are written. */
export const SPLIT_NAMES = ["train", "validation", "test"] as const;

export type SplitName = (typeof SPLIT_NAMES)[number];

/** The rows of each split, in training order. */
export type Splits = Readonly<Record<SplitName, readonly Row[]>>;
