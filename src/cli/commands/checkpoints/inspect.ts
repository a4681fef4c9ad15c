import type { FileFacts, PartFact, TrainingFacts } from "../../../checkpoints/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatBytes, formatCount } from "../../format.ts";
import { flag, required, text } from "../../options.ts";
import type { Print } from "../../print.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith checkpoints inspect` */
export const checkpointsInspect = defineCommand({
  name: "checkpoints inspect",
  summary: "Look into a file of weights without executing anything of it",
  arguments: { path: required(text("file|dir", "a .ckpt, .pt, .pth, .bin, .safetensors or .gguf file, or the directory of an adapter or a model")) },
  options: { tensors: flag("list every tensor") },
  remark: "Only headers are read: the size of the weights does not matter. Classes and functions a pickle asks for are listed, never called.",
  examples: ["checkpoints inspect outputs/receipts/checkpoints/last.ckpt", "checkpoints inspect models/merged --tensors --json"],
  async run({ options, arguments: { path }, print }) {
    const { inspectCheckpoint, toFileDocument } = await import("../../../checkpoints/index.ts");
    const facts = inspectCheckpoint(await fromLegacyPath(path, print));
    showFacts(facts, print);
    if (options.tensors) print.table(["tensor", "shape", "dtype", "same as"], facts.tensors.map(({ name, shape, dtype, sharedWith }) => [visibleText(name), `[${shape.join(", ")}]`, dtype, visibleText(sharedWith ?? "")]));
    for (const problem of facts.problems) print.warn(visibleText(problem));
    for (const { name, dangerous } of facts.refused) if (dangerous) print.warn(`${visibleText(name)} could run commands: do not load this file in Python`);
    return toFileDocument(facts, options.tensors);
  },
});

function showFacts(facts: FileFacts, print: Print): void {
  const lines = linesOf(facts).filter((line): line is readonly [string, string] => line[1] !== undefined && line[1] !== "");
  const width = Math.max(...lines.map(([name]) => name.length));
  print.line(print.paint.bold(visibleText(facts.path)));
  for (const [name, value] of lines) print.line(`  ${name.padEnd(width)}  ${visibleText(value.length > 300 ? `${value.slice(0, 300)}…` : value)}`);
}

function linesOf(facts: FileFacts): readonly (readonly [string, string | undefined])[] {
  const { components, languageModel, adapter, gguf, training } = facts;
  return [
    ["format", `${facts.format}${facts.container === undefined || facts.container === "script" ? "" : ` (${facts.container})`}, ${formatBytes(facts.sizeBytes)}${facts.files.length > 1 ? ` in ${formatCount(facts.files.length)} files` : ""}`],
    ["parameters", facts.tensors.length === 0 ? "none" : `${formatCount(facts.parameterCount)} in ${formatAmount(facts.tensors.length, "tensor")}, ${formatBytes(facts.tensorBytes)}`],
    ["dtypes", Object.entries(facts.dtypes).map(([dtype, count]) => `${dtype} ${formatCount(count)}`).join(", ")],
    ["weights under", facts.weightsKey],
    ["architecture", facts.architecture],
    ["encoder", partText(components.encoder)],
    ["decoder", partText(components.decoder)],
    ["head", partText(components.head)],
    ["model", languageModel && wordsOf(languageModel)],
    ["adapter", adapter && wordsOf(adapter)],
    ["gguf", gguf && wordsOf(gguf)],
    ...(training === undefined ? [] : trainingLines(training)),
    ["holds", training === undefined && facts.tensors.length > 0 ? undefined : Object.entries(facts.contents).map(([name, word]) => (name === "" ? word : `${name} (${word})`)).join(", ")],
    ["refused", facts.refused.map(({ name, count }) => `${name} ×${count}`).join(", ")],
  ];
}

function trainingLines({ epoch, globalStep, lightningVersion, hyperParameters, callbacks, optimizers, schedulers, metrics }: TrainingFacts): readonly (readonly [string, string | undefined])[] {
  return [
    ["epoch", epoch === undefined ? undefined : String(epoch)],
    ["step", globalStep === undefined ? undefined : String(globalStep)],
    ["metrics", Object.entries(metrics).map(([name, value]) => `${name} ${value}`).join(", ")],
    ["Lightning", lightningVersion],
    ["hyperparameters", hyperParameters === undefined ? undefined : JSON.stringify(hyperParameters)],
    ...callbacks.map(({ name, monitor, mode, bestModelScore, bestModelPath }) => ["callback", [name, monitor && `monitors ${monitor}${mode === undefined ? "" : ` (${mode})`}`, bestModelScore !== undefined && `best ${bestModelScore}`, bestModelPath].filter(Boolean).join(", ")] as const),
    ...optimizers.map(({ parameters, learningRates, withState }) => ["optimizer", `${formatAmount(parameters, "parameter")}, ${formatCount(withState)} with state, learning rate ${learningRates.join(", ")}`] as const),
    ...schedulers.map((scheduler) => ["scheduler", JSON.stringify(scheduler)] as const),
  ];
}

function partText(part: PartFact | undefined): string | undefined {
  return part && [part.name, part.inChannels && `in ${part.inChannels.join(", ")}`, part.innerChannels !== undefined && `inner ${part.innerChannels}`, part.outChannels !== undefined && `out ${part.outChannels}`].filter(Boolean).join("; ");
}

/** `hidden size 64, layers 2`. */
function wordsOf(members: object): string {
  return Object.entries(members)
    .map(([name, value]) => `${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${Array.isArray(value) ? value.join("+") : String(value)}`)
    .join(", ");
}
