// Which names of a directory are checkpoints, decided by names alone: nothing is opened.
import { parseForeignCheckpointName, parseModelFileName } from "../legacy.ts";
import { findDirectorySidecars, findFileSidecars } from "../sidecars.ts";
import type { CheckpointFormat } from "./entry.ts";

/** A checkpoint seen in a directory's listing. */
export interface Candidate {
  /** Name of the file, or empty for the directory itself. */
  readonly name: string;
  /** The file whose size and time stand for it, relative to the directory; `.` for the directory. */
  readonly main: string;
  readonly format: CheckpointFormat;
  readonly sidecars: readonly string[];
  /** Further files of the same weights. */
  readonly pieces: readonly string[];
}

const ADAPTERS = ["adapter_model.safetensors", "adapter_model.bin"];
const MODELS = ["model.safetensors.index.json", "model.safetensors", "pytorch_model.bin.index.json", "pytorch_model.bin"];
const STATE = /^(?:optimizer|scheduler|scaler|rng_state|training_args|random_states|trainer|tokenizer)(?:[._-]|$)/;
const PIECE = /-(\d{5})-of-\d{5}\.(?:safetensors|bin|gguf)$/;

/** Directories that hold no checkpoints of anybody. */
export function isSkippedDirectory(name: string): boolean {
  return name.startsWith(".") || name === "node_modules" || name === "__pycache__" || name === "site-packages";
}

/** @param directoryName last part of the directory's path */
export function findCandidates(directoryName: string, files: readonly string[], directories: readonly string[]): readonly Candidate[] {
  const names = new Set(files);
  const whole = findDirectoryCandidate(directoryName, names, files, directories);
  const taken = whole === undefined ? undefined : /^(?:adapter_model|model|pytorch_model)[.-]/;
  const found = files.flatMap((name) => (taken?.test(name) ? [] : findFileCandidate(name, names, files)));
  return whole === undefined ? found : [whole, ...found];
}

function findDirectoryCandidate(directoryName: string, names: ReadonlySet<string>, files: readonly string[], directories: readonly string[]): Candidate | undefined {
  const make = (main: string, format: CheckpointFormat, pieces: readonly string[] = []): Candidate => ({ name: "", main, format, sidecars: findDirectorySidecars(names), pieces });
  const adapter = ADAPTERS.find((name) => names.has(name));
  if (adapter !== undefined) return make(adapter, "adapter");
  const described = names.has("config.json") || names.has("trainer_state.json") || names.has("metadata.json");
  const model = MODELS.find((name) => names.has(name));
  if (model !== undefined && (described || parseForeignCheckpointName(directoryName) !== undefined)) {
    return make(model, "model", model.endsWith(".index.json") ? files.filter((name) => PIECE.test(name) && !name.endsWith(".gguf")) : []);
  }
  if (names.has("metadata.json") && parseForeignCheckpointName(directoryName) !== undefined) return make("metadata.json", "directory");
  const sharded = directoryName.endsWith(".ckpt") || (names.has("zero_to_fp32.py") && directories.length > 0);
  return sharded && files.every((name) => !name.endsWith(".ckpt")) ? make(".", "directory") : undefined;
}

function findFileCandidate(name: string, names: ReadonlySet<string>, files: readonly string[]): readonly Candidate[] {
  if (name.startsWith(".")) return [];
  const format = formatOf(name);
  if (format === undefined) return [];
  const piece = PIECE.exec(name);
  if (piece !== null && Number(piece[1]) !== 1) return [];
  const pieces = piece === null ? [] : files.filter((other) => other !== name && PIECE.test(other) && other.startsWith(name.slice(0, piece.index)));
  return [{ name, main: name, format, sidecars: findFileSidecars(name, names), pieces }];
}

function formatOf(name: string): CheckpointFormat | undefined {
  if (name.endsWith(".ckpt")) return "torch";
  if (STATE.test(name)) return undefined;
  if (/\.(?:pt|pth|pth\.tar)$/.test(name)) return "torch";
  if (name.endsWith(".safetensors")) return "safetensors";
  if (parseModelFileName(name) !== undefined) return "gguf";
  return name.endsWith(".bin") && (/^(?:pytorch_model|adapter_model|model)[.-]/.test(name) || parseForeignCheckpointName(name) !== undefined) ? "torch" : undefined;
}
