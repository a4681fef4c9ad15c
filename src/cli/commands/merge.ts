import { defineCommand } from "../command.ts";
import { formatCommand } from "../format.ts";
import { fromLegacyPath } from "../legacy-path.ts";
import { choice, required, text } from "../options.ts";

/** `tunesmith merge` */
export const merge = defineCommand({
  name: "merge",
  summary: "Merge a checkpoint's adapter into its base model",
  options: {
    modelPath: required(text("dir", "checkpoint, run (its best checkpoint), or PEFT directory")),
    baseModel: text("model", "default: the one it was trained on"),
    outputDir: required(text("dir", "Hugging Face directory to write; an earlier merge there is replaced")),
    dtype: choice(["auto", "f32", "f16", "bf16"] as const, "of the weights (auto: as the base)", { default: "auto" }),
  },
  examples: [
    "merge --model-path outputs/run-base-model_training_20261121_120000 --output-dir models/merged_model",
    "merge --model-path checkpoints/best-eval_loss-0.4521 --base-model mistralai/Mistral-7B-v0.1 --output-dir models/merged_model --dtype f16",
  ],
  async run({ options, print, world, withInterrupt }) {
    const [{ baseOfAdapter, chooseAdapter, mergeCheckpoint }, { findModel }, { unpackIfNeeded }] = await Promise.all([
      import("../../training/index.ts"),
      import("../find-model.ts"),
      import("../packed-checkpoints.ts"),
    ]);
    return withInterrupt(async (signal) => {
      const modelPath = await fromLegacyPath(options.modelPath, print);
      await unpackIfNeeded(modelPath, { print, signal });
      const checkpoint = chooseAdapter(modelPath);
      const { path } = await findModel(options.baseModel ?? baseOfAdapter(checkpoint), { print, world, signal });
      const merged = await mergeCheckpoint({ modelPath: checkpoint, basePath: path, outputDir: options.outputDir, dtype: options.dtype, signal });
      print.line(`Merged ${merged.checkpoint} into ${merged.outputDir} (${merged.dtype})`);
      print.line(`Quantize it:  ${formatCommand("quantize", "--model-path", merged.outputDir, "--quantization-types", "q4_k_m", "q8_0", "--benchmark")}`);
      return { checkpoint: merged.checkpoint, output_dir: merged.outputDir, dtype: merged.dtype };
    });
  },
});
