import { join } from "node:path";
import { trainFlags } from "../../config/index.ts";
import { defineCommand } from "../command.ts";
import { list, text, type Option, type OptionTable } from "../options.ts";
import { createTrainingView } from "../training-view.ts";

const EXTRA = {
  config: text("train.yaml", "settings from a YAML file; flags and key=value go before it"),
  resumeFromCheckpoint: text("last|best|dir", "go on with an unfinished run"),
  revision: text("name", "revision of a Hub model"),
};

/** `tunesmith train` */
export const train = defineCommand({
  name: "train",
  summary: "Fine-tune a model with LoRA or QLoRA and record the run",
  arguments: { overrides: list("key=value", "any setting, as in the YAML file") },
  options: { ...settingOptions(), ...EXTRA },
  examples: [
    "train --model-name mistralai/Mistral-7B-v0.1 --dataset-path data/processed/healthcare_dataset --epochs 3 --lora-r 64",
    "train --config train.yaml --resume-from-checkpoint last learning_rate=1e-4",
  ],
  async run({ options, arguments: { overrides }, print, world, withInterrupt }) {
    const [{ formatYaml, resolveConfig, trainConfigSchema, trainEnvironment }, { mergeCheckpoint, trainModel }] = await Promise.all([
      import("../../config/index.ts"),
      import("../../training/index.ts"),
    ]);
    const { findModel } = await import("../find-model.ts");
    const { config: file, resumeFromCheckpoint, revision, ...flags } = options as Record<string, unknown> & { config?: string; resumeFromCheckpoint?: string; revision?: string };
    const { config, digest } = resolveConfig(trainConfigSchema, { file, environment: trainEnvironment(world.environment), flags: given(flags), overrides });
    print.line(`Configuration ${digest.slice(0, 12)}`);
    print.line(indent(formatYaml(config)));

    const view = createTrainingView(print);
    const trained = await withInterrupt(async (signal) => {
      const { path: modelPath } = await findModel(config.model_name, { print, world, signal, revision });
      return trainModel({
        config,
        modelPath,
        resumeFrom: resumeFromCheckpoint,
        signal,
        onRun: ({ directory, record }) => print.line(`Run ${record.name}\n  directory   ${directory}`),
        onEvent: (event) => view.show(event),
        async afterTraining(run, outcome) {
          view.finish();
          if (!config.merge_adapters) return {};
          const checkpoint = outcome.bestCheckpoint ?? outcome.lastCheckpoint ?? run.directory;
          const merged = await mergeCheckpoint({ modelPath: checkpoint, basePath: modelPath, outputDir: join(run.directory, "merged_model"), signal });
          print.line(`  merged      ${merged.outputDir} (${merged.dtype})`);
          return { artifacts: { merged_model: merged.outputDir } };
        },
      }).finally(() => view.finish());
    });

    const { record, outcome, directory } = trained;
    if (outcome.status === "stopped") {
      print.line(`\nStopped after step ${outcome.step}; nothing is lost.`);
      print.line(`Go on:  tunesmith train <same settings> --resume-from-checkpoint ${outcome.lastCheckpoint ?? "last"}`);
    } else {
      print.line(`\nFinished ${record.name} as ${record.version}`);
      print.line(`Evaluate it:  tunesmith evaluate --model-path ${directory} --base-model ${config.model_name} --dataset-path ${config.dataset_path} --split test`);
    }
    return { directory, run: record, outcome };
  },
});

/** One option per setting of the schema; text is read by the schema, so that a flag, a YAML value and an override mean the same. */
function settingOptions(): OptionTable {
  return Object.fromEntries(
    trainFlags().map(({ key, help, default: fallback, choices }) => {
      const name = key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
      const shape = fallback === false ? "flag" : Array.isArray(fallback) ? "many" : "one";
      const shown = fallback === undefined || fallback === "" || Array.isArray(fallback) ? help : `${help} (${String(fallback)})`;
      const option: Option<unknown> = {
        shape,
        placeholder: shape === "flag" ? "" : (choices?.join("|") ?? "value"),
        summary: shown,
        required: false,
        fallback: shape === "many" ? [] : undefined,
        parse: (word) => (shape === "flag" ? true : word),
      };
      return [name, option];
    }),
  );
}

/** Flags that were really given: an empty list or an unset flag is not. */
function given(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)));
}

function indent(block: string): string {
  return block.trimEnd().replaceAll(/^/gm, "  ");
}
