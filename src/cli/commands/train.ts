import { join } from "node:path";
import { trainFlags } from "../../config/index.ts";
import { defineCommand } from "../command.ts";
import { usageFault } from "../errors.ts";
import { formatCommand } from "../format.ts";
import { INTERRUPTED } from "../interrupt.ts";
import { choice, list, minor, text, type Option, type OptionTable } from "../options.ts";
import { createTrainingView, describeHub, describeUploads } from "../training-view.ts";
import { createUploadView } from "../upload-view.ts";

const EXTRA = {
  config: text("train.yaml", "settings from a file; flags and key=value go before it"),
  resumeFromCheckpoint: text("from", "go on with an unfinished run: last, best or a directory"),
  revision: text("name", "revision of a Hub model"),
  remote: minor(choice(["hf-jobs"], "train on the hub's machines, bring the record home")),
  flavor: minor(text("name", "the machine, with --remote", { default: "a10g-large" })),
  timeout: minor(text("time", "the job's limit, with --remote", { default: "2h" })),
  image: minor(text("name", "the job's container, with --remote: one with Node and npx", { default: "node:22-bookworm" })),
};

interface ExtraValues {
  readonly config?: string;
  readonly resumeFromCheckpoint?: string;
  readonly revision?: string;
  readonly remote?: "hf-jobs";
  readonly flavor: string;
  readonly timeout: string;
  readonly image: string;
}

const PLACEHOLDERS: Readonly<Record<string, string>> = { model_name: "model", dataset_path: "dir", output_dir: "dir", lora_target_modules: "module", chat_template: "file" };

/** Settings that few people change: `--help` names them in a few lines instead of one each. */
const MINOR: ReadonlySet<string> = new Set([
  "gradient_accumulation_steps", "lora_alpha", "eval_steps", "threads", "max_steps", "lr_scheduler", "warmup_ratio", "weight_decay", "max_grad_norm", "lora_dropout", "lora_target_modules", "prompt_format", "chat_template", "train_on", "packing", "group_by_length", "load_in", "gradient_checkpointing", "logging_steps", "save_total_limit", "monitor", "keep_best", "keep_every", "seed",
  "hub_model_id", "hub_owner", "hub_private", "experiment_tag", "version", "major", "notes",
]);

const FROM_ENVIRONMENT: Readonly<Record<string, string>> = { experiment_tag: "$EXPERIMENT_TAG", version: "$MODEL_VERSION" };

/** `tunesmith train` */
export const train = defineCommand({
  name: "train",
  summary: "Fine-tune a model with LoRA or QLoRA and record the run",
  arguments: { overrides: list("key=value", "any setting, as in the YAML file") },
  options: { ...settingOptions(), ...EXTRA },
  remark: `${describeMinorSettings()}\nOn a hub's machines: --remote hf-jobs --flavor a10g-large --timeout 2h --image node:22-bookworm`,
  examples: [
    "train --model-name mistralai/Mistral-7B-v0.1 --dataset-path data/processed/healthcare_dataset --epochs 3 --lora-r 64",
    "train --config train.yaml learning_rate=1e-4 merge_adapters=true",
  ],
  async run({ options, arguments: { overrides }, print, world, withInterrupt, endWith }) {
    const [{ formatYaml, readWorkspaceSettings, resolveConfig, trainConfigSchema, trainEnvironment }, { mergeCheckpoint, trainModel }] = await Promise.all([
      import("../../config/index.ts"),
      import("../../training/index.ts"),
    ]);
    const [{ findModel }, { fromLegacyPath }] = await Promise.all([import("../find-model.ts"), import("../legacy-path.ts")]);
    const { config: file, resumeFromCheckpoint, revision, remote, flavor, timeout, image, ...flags } = options as Record<string, unknown> & ExtraValues;
    const { config, digest } = resolveConfig(trainConfigSchema, { workspace: readWorkspaceSettings(world.workingDirectory), file, environment: trainEnvironment(world.environment), flags: given(flags), overrides });
    if (remote !== undefined) {
      if (resumeFromCheckpoint !== undefined) throw usageFault("--remote begins a new run, --resume-from-checkpoint goes on with one", "tunesmith train");
      const { trainRemotely } = await import("../remote-training.ts");
      return trainRemotely(config, { flavor, timeout, image }, { print, world, withInterrupt, endWith });
    }
    const view = createTrainingView(print);
    const uploads = createUploadView(print, true);
    const trained = await withInterrupt(async (signal) => {
      const { path: modelPath } = await findModel(config.model_name, { print, world, signal, revision });
      const hub = config.push_to_hub ? (await import("../../hub/index.ts")).connectHub({ environment: world.environment, fetch: world.fetch, signal }) : undefined;
      return trainModel({
        config,
        modelPath,
        hub,
        onUpload: uploads.show,
        resumeFrom: resumeFromCheckpoint === undefined ? undefined : await fromLegacyPath(resumeFromCheckpoint, print),
        signal,
        onRun: ({ directory, record, resumedFrom }) => {
          print.line(`Configuration ${digest.slice(0, 12)}`);
          print.line(indent(formatYaml(config)));
          print.line(`Run ${record.name}\n  directory   ${directory}`);
          for (const line of describeHub(record)) print.line(line);
          if (resumedFrom !== undefined) print.line(`  going on    from ${resumedFrom}`);
        },
        onUnpack: (directory) => print.note(`The checkpoints of ${directory} are packed: unpacking them.`),
        onEvent: (event) => view.show(event),
        async afterTraining(run, outcome) {
          view.finish();
          uploads.alone();
          if (!config.merge_adapters) return {};
          const checkpoint = outcome.bestCheckpoint ?? outcome.lastCheckpoint ?? run.directory;
          const merged = await mergeCheckpoint({ modelPath: checkpoint, basePath: modelPath, outputDir: join(run.directory, "merged_model"), signal });
          print.line(`  merged      ${merged.outputDir} (${merged.dtype})`);
          return { artifacts: { merged_model: merged.outputDir } };
        },
      }).finally(() => (view.finish(), uploads.finish()));
    });

    const { record, outcome, directory } = trained;
    if (outcome.status === "stopped") {
      endWith(INTERRUPTED);
      print.line(outcome.lastCheckpoint === null ? "\nStopped before the first step." : `\nStopped after step ${outcome.step}; nothing is lost.`);
      const resume = outcome.lastCheckpoint === null ? [] : ["--resume-from-checkpoint", outcome.lastCheckpoint];
      print.line(`${outcome.lastCheckpoint === null ? "Start again" : "Go on"}:  ${formatCommand("train", "--config", join(directory, "config.yaml"), ...resume)}`);
    } else {
      print.line(`\nFinished ${record.name} as ${record.version}`);
      print.line(`Evaluate it:  ${formatCommand("evaluate", "--model-path", directory, "--dataset-path", config.dataset_path, "--split", "test", "--compare-base")}`);
    }
    if (trained.uploads !== undefined) for (const line of describeUploads(trained.uploads, directory)) print.line(line);
    return { directory, run: record, outcome, ...(trained.uploads !== undefined && { uploads: trained.uploads }) };
  },
});

/** One option per setting of the schema; text is read by the schema, so that a flag, a YAML value and an override mean the same. */
function settingOptions(): OptionTable {
  return Object.fromEntries(
    trainFlags().map(({ key, flag, help, default: fallback, choices }) => {
      const name = key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
      const shape = fallback === false ? "flag" : Array.isArray(fallback) ? "many" : "one";
      const option: Option<unknown> = {
        shape,
        placeholder: shape === "flag" ? "" : (choices?.join("|") ?? PLACEHOLDERS[key] ?? (flag.endsWith("<number>") ? "n" : "text")),
        summary: fallback === undefined || fallback === "" || fallback === false ? help : `${help} (default ${describeSetting(fallback)})`,
        required: false,
        fallback: shape === "many" ? [] : undefined,
        minor: MINOR.has(key),
        parse: (word) => (shape === "flag" ? true : word),
      };
      return [name, option];
    }),
  );
}

function describeMinorSettings(): string {
  const settings = trainFlags().filter(({ key }) => MINOR.has(key));
  const words = settings.map(({ key, default: fallback }) => `${key}=${FROM_ENVIRONMENT[key] ?? (fallback === "" ? "…" : describeSetting(fallback))}`);
  return `More settings with their defaults; each but naming is also a flag:\n${wrapWords([...words, "naming.scheme=hierarchical", "naming.time_zone=utc"], 100)}`;
}

function describeSetting(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

function wrapWords(words: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 2 + word.length > width) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last}  ${word}`;
  }
  return lines.join("\n");
}

/** Flags that were really given: an empty list or an unset flag is not. A list reads as its words between commas. */
function given(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const set = Object.entries(flags).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(set.map(([key, value]) => [key, Array.isArray(value) ? value.join(",") : value]));
}

function indent(block: string): string {
  return block.trimEnd().replaceAll(/^/gm, "  ");
}
