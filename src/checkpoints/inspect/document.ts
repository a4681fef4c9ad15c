// The facts of a file as the document of `--json`: the same in snake_case. What the file itself named keeps its name.
import type { FileFacts, TensorFact } from "./facts.ts";

/** @param withTensors whether every tensor is listed */
export function toFileDocument(facts: FileFacts, withTensors = false): Readonly<Record<string, unknown>> {
  const { tensors, training, dtypes, contents, metadata, refused, problems, components, languageModel, adapter, gguf } = facts;
  return {
    path: facts.path,
    format: facts.format,
    container: facts.container,
    files: facts.files,
    size_bytes: facts.sizeBytes,
    parameter_count: facts.parameterCount,
    buffer_count: facts.bufferCount,
    tensor_count: tensors.length,
    tensor_bytes: facts.tensorBytes,
    dtypes,
    weights_key: facts.weightsKey,
    prefix: facts.prefix,
    architecture: facts.architecture,
    components: Object.fromEntries(Object.entries(components).map(([name, part]) => [name, snake(part)])),
    language_model: languageModel && snake(languageModel),
    adapter: adapter && snake(adapter),
    gguf: gguf && snake(gguf),
    training: training && {
      epoch: training.epoch,
      global_step: training.globalStep,
      lightning_version: training.lightningVersion,
      hyper_parameters: training.hyperParameters,
      callbacks: training.callbacks.map(snake),
      optimizers: training.optimizers.map(snake),
      schedulers: training.schedulers,
      metrics: training.metrics,
    },
    contents,
    metadata,
    refused,
    problems,
    ...(withTensors && { tensors: tensors.map(tensorDocument) }),
  };
}

function tensorDocument({ sharedWith, ...rest }: TensorFact): Readonly<Record<string, unknown>> {
  return { ...rest, shared_with: sharedWith };
}

/** Only the outermost names: what stands below is the file's own. */
function snake(members: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]));
}
