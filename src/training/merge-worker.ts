// The child process of a merge: dequantizing is native code.
import { applyTemplate } from "../data/index.ts";
import { isEncoder, openEncoderSource, openModel, readAdapter, storedType, withTokenizer, writeMergedDirectory, writeMergedEncoderDirectory } from "../engine/models/index.ts";
import { writeDirectoryAtomic } from "../files/index.ts";
import { readChatTemplate } from "./state.ts";

export interface MergeRequest {
  readonly checkpoint: string;
  readonly basePath: string;
  readonly outputDir: string;
  readonly dtype: "auto" | "f32" | "f16" | "bf16";
  readonly provenance: Readonly<Record<string, string>>;
}

export interface MergeResult {
  readonly outputDir: string;
  readonly dtype: "f32" | "f16" | "bf16";
}

/** Entry of the child process. */
export async function run(request: MergeRequest): Promise<MergeResult> {
  return isEncoder(request.basePath) ? mergeEncoder(request) : mergeDecoder(request);
}

async function mergeEncoder({ checkpoint, basePath, outputDir, dtype, provenance }: MergeRequest): Promise<MergeResult> {
  const source = openEncoderSource(basePath);
  try {
    const adapter = readAdapter(checkpoint);
    const chosen = dtype === "auto" ? storedType(source) : dtype;
    await writeDirectoryAtomic(outputDir, (temporary) => writeMergedEncoderDirectory(source, adapter, temporary, { dtype: chosen, provenance }), { replace: true });
    return { outputDir, dtype: chosen };
  } finally {
    source.close();
  }
}

async function mergeDecoder({ checkpoint, basePath, outputDir, dtype, provenance }: MergeRequest): Promise<MergeResult> {
  const source = openModel(basePath);
  try {
    const adapter = readAdapter(checkpoint);
    const chosen = dtype === "auto" ? storedType(source) : dtype;
    const template = readChatTemplate(checkpoint);
    const model = template === undefined ? source : withTokenizer(source, applyTemplate(source.tokenizer, template));
    await writeDirectoryAtomic(outputDir, (temporary) => writeMergedDirectory(model, adapter, temporary, { dtype: chosen, provenance }), { replace: true });
    return { outputDir, dtype: chosen };
  } finally {
    source.close();
  }
}
