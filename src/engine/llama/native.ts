// Binds llama.h once per process, checks the layout of its structs, and keeps the last lines of its log for error messages.
import {
  ENGINE_RELEASE,
  LLAMA_SENTINELS,
  LLAMA_STRUCTS,
  LLAMA_SYMBOLS,
  loadNative,
  type Bound,
  type Koffi,
  type NativeValue,
  type Pointer,
} from "../ffi/index.ts";
import { llamaWrongLayout } from "./errors.ts";

export type LlamaFunctions = Bound<typeof LLAMA_SYMBOLS>;

export interface LogExcerpt {
  readonly text: string;
  /** What was logged as an error: the last lines, without llama's function names. */
  readonly reason: string;
}

export interface Llama {
  readonly koffi: Koffi;
  readonly functions: LlamaFunctions;
  /** Starts to keep what llama logs; the returned function stops and hands it over. Log of other calls running meanwhile is included. */
  startLog(): () => LogExcerpt;
}

let opened: Llama | undefined;

/** Loads and checks llama.h of the pinned release. @throws `engine.missing`, `engine.wrong_release`, `llama.wrong_layout` */
export function openLlama(): Llama {
  opened ??= bindLlama();
  return opened;
}

function bindLlama(): Llama {
  const { koffi, bind } = loadNative();
  for (const [name, fields] of Object.entries(LLAMA_STRUCTS)) koffi.struct(name, fields);
  const functions = bind("llama", LLAMA_SYMBOLS);
  for (const [maker, expected] of Object.entries(LLAMA_SENTINELS)) {
    const found = functions[maker as keyof typeof LLAMA_SENTINELS]();
    for (const [field, value] of Object.entries(expected)) {
      if (found[field] !== value) throw llamaWrongLayout(`${maker}().${field}`, String(found[field]), String(value), ENGINE_RELEASE);
    }
  }
  const listeners = new Set<LogListener>();
  listenToLog(koffi, functions, (level, text) => {
    for (const listener of listeners) listener(level, text);
  });
  functions.backend_init();
  return {
    koffi,
    functions,
    startLog() {
      let text = "";
      let errors = "";
      const listener: LogListener = (level, piece) => {
        text = (text + piece).slice(-(1 << 20));
        if (level === ERROR_LEVEL) errors += piece;
      };
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        return { text, reason: lastLines(errors) };
      };
    },
  };
}

type LogListener = (level: number, text: string) => void;

/** `GGML_LOG_LEVEL_ERROR` of ggml.h. */
const ERROR_LEVEL = 4;

let logCallback: unknown;

/** The callback stays referenced for the life of the process: C keeps its address. */
function listenToLog(koffi: Koffi, functions: LlamaFunctions, listen: LogListener): void {
  const prototype = koffi.proto("void llama_log_callback(int level, const char *text, void *user_data)");
  logCallback = koffi.register((level: number, text: string | null) => listen(level, text ?? ""), koffi.pointer(prototype));
  functions.log_set(logCallback as bigint, null);
}

/** Lines that say only that loading failed, which the caller says already. */
const ECHO = /^(llama_model_loader: )?failed to load model( from .*)?$/;

/** The last three distinct lines; what llama puts in front (function names, "error loading model") is taken off. */
export function lastLines(errors: string): string {
  const lines = errors.split("\n").map((line) => line.trim().replace(/^(\w+: |error loading model( \w+)*: )+/, ""));
  return [...new Set(lines.filter((line) => line !== "" && !ECHO.test(line)))].slice(-3).join("; ");
}

/** Runs a bound function on a worker thread, so that the event loop stays free. */
export function callAsync<Result>(
  functionBound: { async(...args: [...NativeValue[], (error: Error | null, result: Result) => void]): void },
  ...args: NativeValue[]
): Promise<Result> {
  return new Promise((resolve, reject) => {
    functionBound.async(...args, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

/** The null pointer, in each of the forms koffi hands over. */
export function isNull(pointer: Pointer | undefined): pointer is null | undefined {
  return pointer === null || pointer === undefined || pointer === 0n;
}
