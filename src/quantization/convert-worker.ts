// The child process of a conversion: dequantizing is native code.
import { convertAdapterToGguf, convertToGguf, openModel, readAdapter } from "../engine/models/index.ts";
import type { SourceType } from "./source.ts";

export type ConvertRequest =
  | { readonly kind: "model"; readonly modelPath: string; readonly outputPath: string; readonly type: SourceType; readonly provenance: Readonly<Record<string, string>> }
  | { readonly kind: "adapter"; readonly adapterPath: string; readonly modelPath: string; readonly outputPath: string };

/** Entry of the child process. */
export async function run(request: ConvertRequest): Promise<{ readonly outputPath: string }> {
  const source = openModel(request.modelPath);
  try {
    if (request.kind === "model") convertToGguf(source, request.outputPath, { type: request.type, provenance: request.provenance });
    else convertAdapterToGguf(readAdapter(request.adapterPath), source.config, request.outputPath);
    return { outputPath: request.outputPath };
  } finally {
    source.close();
  }
}
