// `quantize --adapter-only`: the adapter of a run as a file of its own, which llama.cpp puts on its base with --lora.
import { join, resolve, basename } from "node:path";
import { noAdapterToExport } from "./errors.ts";
import { formatBytes } from "./format.ts";
import type { Print } from "./print.ts";
import type { QuantizationSource } from "./quantization-source.ts";

export interface ExportedAdapter {
  readonly output_dir: string;
  readonly adapter: string;
  readonly base_model: string;
  readonly size_bytes: number;
  readonly sha256: string;
}

/** Writes `<name>-lora.gguf`. @throws `cli.usage`, `models.cannot_export` for what such a file cannot hold, `files.disk_too_small` */
export async function exportAdapter(source: QuantizationSource, parts: { readonly modelPath: string; readonly outputDir: string; readonly print: Print; readonly signal: AbortSignal }): Promise<ExportedAdapter> {
  const { modelPath, adapter, provenance } = source;
  const { outputDir, print, signal } = parts;
  if (adapter === undefined) throw noAdapterToExport(parts.modelPath);
  const [{ convertAdapter }, { sha256File, statFile }] = await Promise.all([import("../quantization/index.ts"), import("../files/index.ts")]);
  const outputPath = join(outputDir, `${source.name ?? basename(resolve(adapter.path))}-lora.gguf`);
  await convertAdapter({ adapterPath: adapter.path, modelPath, outputPath, provenance, signal });
  const { sizeBytes } = statFile(outputPath);
  print.line(`Written ${outputPath} (${formatBytes(sizeBytes)}), for ${modelPath}`);
  return { output_dir: outputDir, adapter: outputPath, base_model: modelPath, size_bytes: sizeBytes, sha256: sha256File(outputPath) };
}
