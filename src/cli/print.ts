// The only place that writes to stdout and stderr. For people: lines, tables, colours where a terminal wants them. With `--json`:
// exactly one document on stdout, and everything else is silent or on stderr.
import Table from "cli-table3";
import picocolors from "picocolors";
import type { ErrorRecord } from "../errors.ts";
import { createProgress, type Progress, type ProgressOptions } from "./progress.ts";
import type { TextStream, World } from "./world.ts";
import { visibleLines } from "../visible.ts";

type Colours = ReturnType<typeof picocolors.createColors>;

export interface Print {
  /** Whether `--json` was given: lines and tables are then silent. */
  readonly json: boolean;
  /** Colours for stdout; each is the identity where colours are not wanted. */
  readonly paint: Colours;
  /** One line for people on stdout. */
  line(text?: string): void;
  /** A piece without a newline, for text of a model that arrives bit by bit; see `visible`. */
  piece(text: string): void;
  /** Text that somebody else made (a model, a dataset) as this terminal may show it: control characters but newlines and tabs are written out. */
  visible(text: string): string;
  /** A table for people; columns of numbers are aligned to the right. */
  table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): void;
  /** A remark on stderr, in both modes. */
  note(text: string): void;
  /** A remark that deserves attention, on stderr, in both modes. */
  warn(text: string): void;
  /** A progress line on stderr, in both modes. */
  progress(options: ProgressOptions): Progress;
  /** The document of `--json`; silent otherwise. */
  document(value: unknown): void;
  /** What went wrong and the next step: on stderr, or as the document of `--json`. */
  failure(error: ErrorRecord): void;
}

/** Makes the printer of one command. */
export function createPrint(world: World, json: boolean): Print {
  const { stdout, stderr, environment } = world;
  const paint = picocolors.createColors(wantsColour(stdout.isTTY, environment));
  const paintRemark = picocolors.createColors(wantsColour(stderr.isTTY, environment));
  const visible = (text: string) => (stdout.isTTY === true ? visibleLines(text) : text);
  let moving: Progress | undefined;
  const say = (stream: TextStream, text: string) => {
    moving?.clear();
    stream.write(text);
  };
  return {
    json,
    paint,
    line: (text = "") => void (json || say(stdout, `${text}\n`)),
    piece: (text) => void (json || say(stdout, visible(text))),
    visible,
    table: (header, rows) => void (json || say(stdout, `${renderTable(header, rows, paint)}\n`)),
    note: (text) => say(stderr, `${text}\n`),
    warn: (text) => say(stderr, `${paintRemark.yellow("warning:")} ${text}\n`),
    progress: (options) => (moving = createProgress(stderr, () => world.now().getTime(), options)),
    document: (value) => void (json && stdout.write(`${JSON.stringify(value ?? null, null, 2)}\n`)),
    failure: (error) => {
      if (json) stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
      else say(stderr, renderFailure(error, paintRemark));
    },
  };
}

/** NO_COLOR (any text) and a stream that is no terminal say no; FORCE_COLOR says yes. https://no-color.org */
export function wantsColour(isTerminal: boolean | undefined, environment: World["environment"]): boolean {
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  if ((environment["FORCE_COLOR"] ?? "") !== "") return environment["FORCE_COLOR"] !== "0";
  return isTerminal === true && environment["TERM"] !== "dumb";
}

/** Columns two spaces apart under a dim header, no borders. */
export function renderTable(header: readonly string[], rows: readonly (readonly (string | number)[])[], paint: Colours): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" };
  const inner = { left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " };
  const table = new Table({
    chars: { ...none, ...inner },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: header.map((_title, column) => (isNumeric(rows.map((row) => row[column])) ? "right" : "left")),
  });
  table.push(header.map((title) => paint.dim(title)), ...rows.map((row) => row.map(String)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function isNumeric(cells: readonly (string | number | undefined)[]): boolean {
  return cells.length > 0 && cells.every((cell) => typeof cell === "number" || cell === "–" || /^[+-]?[\d,.]+( ?(%|[KMGT]?i?B|tok\/s))?$/.test(cell ?? ""));
}

function renderFailure(error: ErrorRecord, paint: Colours): string {
  const hint = error.code === "internal" ? "This is a fault in tunesmith itself: please report it with the lines above." : error.hint;
  return `${paint.red("error:")} ${error.message}\n${hint === undefined ? "" : `${hint}\n`}`;
}
