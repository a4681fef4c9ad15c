// The card of a run's repository: what the model at its root is, which of the checkpoints it is and why, and where it comes from.
import { formatYaml } from "../../config/index.ts";
import { metricOf, type Checkpoint } from "../../checkpoints/index.ts";
import type { RunRecord } from "../../records/index.ts";

const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
/** Settings that a reader looks for first. */
const SHOWN = ["epochs", "batch_size", "gradient_accumulation_steps", "learning_rate", "lr_scheduler", "lora_r", "lora_alpha", "lora_dropout", "max_seq_length", "load_in", "seed"];

/** `README.md` of the repository. Markdown with a YAML head (hub-docs, modelcard.md). */
export function renderRunCard(record: RunRecord, checkpoint: Checkpoint, isBest: boolean): string {
  const { base_model: base, dataset, config, version } = record;
  const step = checkpoint.metadata.training.global_step;
  const monitor = String(config["monitor"] ?? "eval_loss");
  const value = metricOf(checkpoint.metadata, monitor);
  const baseId = base !== null && HUB_ID.test(base.path) ? base.path : undefined;
  const head = {
    ...(baseId !== undefined && { base_model: baseId, base_model_relation: "adapter" }),
    library_name: "peft",
    tags: ["lora", "tunesmith"],
    "model-index": [{ name: record.name, results: value === undefined || dataset === null ? [] : [resultOf(dataset, monitor, value)] }],
  };
  const why = isBest ? `**the best checkpoint** of this run by \`${monitor}\`${value === undefined ? "" : ` (${value.toFixed(4)})`}` : "the last checkpoint of this run: nothing was measured that says which is best";
  return [
    `---\n${formatYaml(head)}---`,
    `# ${record.name}`,
    `The adapter at the root is ${why}; it was saved after step ${step} of ${record.last_step}. Every saved checkpoint stands in its own folder \`checkpoint-<step>/\`, with the state to train on from it.`,
    table([
      ["run", `${record.name} (${record.id})`],
      ...(version === null ? [] : [["version", version] as const]),
      ["started", record.started_at],
      ["base model", base === null ? "unknown" : `${base.path}${base.digest === null ? "" : ` (digest ${base.digest.slice(0, 12)})`}`],
      ["dataset", dataset === null ? "unknown" : `${dataset.name}${dataset.digest === null ? "" : ` (digest ${dataset.digest.slice(0, 12)})`}, ${Object.entries(dataset.counts).map(([split, count]) => `${count} ${split}`).join(", ")}`],
      ["weights", `${checkpoint.metadata.weights.file}, sha256 ${checkpoint.metadata.weights.sha256}`],
    ]),
    "## Training",
    table(SHOWN.flatMap((key) => (config[key] === undefined ? [] : [[key, String(config[key])] as const]))),
    "The whole configuration, every logged step and the record of the run are in `run/`.\n",
  ].join("\n\n");
}

function resultOf(dataset: NonNullable<RunRecord["dataset"]>, name: string, value: number): unknown {
  const revision = dataset.digest === null ? {} : { args: { digest: dataset.digest } };
  return { task: { type: "text-generation" }, dataset: { type: dataset.name, name: dataset.name, split: "validation", ...revision }, metrics: [{ type: name, value, name: `${name} on the validation split` }] };
}

function table(rows: readonly (readonly [string, string])[]): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${cell(name)} | ${cell(value)} |`)].join("\n");
}
