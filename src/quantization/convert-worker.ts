// The child process of a conversion: dequantizing is native code.
import { convertAdapterToGguf, isEncoder, openModel, readAdapter, writeModelAsGguf } from "../engine/models/index.ts";
import { encoderAdapterAlone } from "./errors.ts";
import type { SourceType } from "./source.ts";

export type ConvertRequest =
  | { readonly kind: "model"; readonly modelPath: string; readonly outputPath: string; readonly type: SourceType; readonly provenance: Readonly<Record<string, string>> }
  | { readonly kind: "adapter"; readonly adapterPath: string; readonly modelPath: string; readonly outputPath: string; readonly provenance: Readonly<Record<string, string>> };

/** Entry of the child process. */
export async function run(request: ConvertRequest): Promise<{ readonly outputPath: string }> {
  const { modelPath, outputPath, provenance } = request;
  if (request.kind === "model") {
    writeModelAsGguf(modelPath, outputPath, { type: request.type, provenance });
    return { outputPath };
  }
  if (isEncoder(modelPath)) throw encoderAdapterAlone(request.adapterPath);
  const source = openModel(modelPath);
  try {
    convertAdapterToGguf(readAdapter(request.adapterPath), source.config, outputPath, provenance);
    return { outputPath };
  } finally {
    source.close();
  }
}
