import { runIsolated, siblingModule } from "../engine/ffi/index.ts";
import type { ConvertRequest } from "./convert-worker.ts";
import type { SourceType } from "./source.ts";

export interface ConvertModelOptions {
  /** A Hugging Face directory or a GGUF file. */
  readonly modelPath: string;
  readonly outputPath: string;
  /** Default f16. */
  readonly type?: SourceType;
  /** Written as `tunesmith.<key>`. */
  readonly provenance?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Writes a model as one unquantized GGUF file, in a child process. @throws `models.*`, `files.disk_too_small`, `engine.crashed` */
export async function convertModel({ modelPath, outputPath, type = "f16", provenance = {}, signal }: ConvertModelOptions): Promise<void> {
  await convert({ kind: "model", modelPath, outputPath, type, provenance }, modelPath, signal);
}

export interface ConvertAdapterOptions {
  /** A PEFT directory. */
  readonly adapterPath: string;
  /** The base model, for its sizes. */
  readonly modelPath: string;
  readonly outputPath: string;
  /** Written as `tunesmith.<key>`. */
  readonly provenance?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Writes a LoRA adapter as a GGUF file, in a child process. @throws `models.*`, `files.disk_too_small`, `engine.crashed` */
export async function convertAdapter({ adapterPath, modelPath, outputPath, provenance = {}, signal }: ConvertAdapterOptions): Promise<void> {
  await convert({ kind: "adapter", adapterPath, modelPath, outputPath, provenance }, adapterPath, signal);
}

async function convert(request: ConvertRequest, what: string, signal: AbortSignal | undefined): Promise<void> {
  await runIsolated<ConvertRequest, never, { readonly outputPath: string }>(siblingModule(import.meta.url, "./convert-worker"), request, { what: `Conversion of ${what}`, signal });
}
