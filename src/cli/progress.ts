// One line that moves on a terminal; a line every few seconds into a file.
import { formatBytes, formatCount, formatDuration } from "./format.ts";
import type { TextStream } from "./world.ts";

export interface ProgressOptions {
  /** What is going on: `training`, `downloading model.safetensors`. */
  readonly label: string;
  /** How much there is to do; leave out when nobody knows. */
  readonly total?: number;
  /** What is counted: a plural noun, or `bytes`. Default `steps`. */
  readonly unit?: string;
  /** Where the work starts (a resumed run): not counted in the rate. Default 0. */
  readonly start?: number;
}

export interface Progress {
  /** How much is done by now, and anything worth seeing beside it (`loss 1.234`). */
  update(done: number, beside?: string): void;
  /** Takes the line off a terminal, so that another can be written there; the next update draws it again. */
  clear(): void;
  /** Shows the last state and ends the line. */
  finish(beside?: string): void;
}

const TERMINAL_EVERY_MS = 100;
const FILE_EVERY_MS = 5_000;

/** Starts a progress line on `stream`. `now` is in milliseconds. */
export function createProgress(stream: TextStream, now: () => number, options: ProgressOptions): Progress {
  const terminal = stream.isTTY === true;
  const startedAt = now();
  let shownAt = terminal ? -Infinity : startedAt;
  let last: { readonly done: number; readonly beside: string } = { done: options.start ?? 0, beside: "" };
  let shown = last;
  let finished = false;

  const show = () => {
    shownAt = now();
    shown = last;
    const text = describeProgress(options, last.done, shownAt - startedAt, last.beside);
    stream.write(terminal ? `\r\u001b[2K${text.slice(0, (stream.columns || 80) - 1)}` : `${text}\n`);
  };
  return {
    update(done, beside = "") {
      last = { done, beside };
      if (!finished && now() - shownAt >= (terminal ? TERMINAL_EVERY_MS : FILE_EVERY_MS)) show();
    },
    clear() {
      if (!terminal || finished || shownAt === -Infinity) return;
      stream.write("\r\u001b[2K");
      shownAt = -Infinity;
    },
    finish(beside = last.beside) {
      if (finished) return;
      finished = true;
      if (beside !== last.beside) last = { done: last.done, beside };
      if (terminal || shown !== last) show();
      if (terminal) stream.write("\n");
    },
  };
}

/** `training 120/400 steps 30 % · 3.1 steps/s · ETA 1m 30s · loss 1.2345`. The rate counts only what was done since `start`. */
export function describeProgress(options: ProgressOptions, done: number, elapsedMs: number, beside: string): string {
  const { label, total, unit = "steps", start = 0 } = options;
  const amount = unit === "bytes" ? formatBytes : formatCount;
  const noun = unit === "bytes" ? "" : ` ${total === 1 ? unit.replace(/s$/, "") : unit}`;
  const perMs = elapsedMs > 0 ? (done - start) / elapsedMs : 0;
  const rate = perMs * 1000;
  const parts = [
    total === undefined ? `${label} ${amount(done)}${noun}` : `${label} ${amount(done)}/${amount(total)}${noun} ${total === 0 ? 100 : Math.floor((100 * done) / total)} %`,
    rate > 0 ? `${unit === "bytes" ? formatBytes(rate) : rate >= 100 ? formatCount(rate) : rate.toFixed(1)}${noun}/s` : "",
    total !== undefined && perMs > 0 ? (done < total ? `ETA ${formatDuration((total - done) / perMs)}` : `took ${formatDuration(elapsedMs)}`) : "",
    beside,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
