// The door of inspection: what a file or a directory of weights says about itself. Headers are read, nothing is executed.
import type { CheckpointFormat } from "../catalog/entry.ts";
import { present, type CheckpointClaims } from "../sidecars/claims.ts";
import { glance, withFile } from "../../files/index.ts";
import { inspectDirectory } from "./directory.ts";
import { notInspectable } from "./errors.ts";
import type { FileFacts } from "./facts.ts";
import { inspectGguf, inspectSafetensors } from "./other-formats.ts";
import { inspectTorchFile } from "./torch.ts";

/**
 * Inspects a `.ckpt`, `.pt`, `.pth`, `.bin`, `.safetensors` or `.gguf` file, or the directory of an adapter or a model. What the file is is told
 * from its first bytes; its name decides only between formats that have none. Costs milliseconds whatever the size of the weights.
 * @throws `checkpoints.not_inspectable`, `checkpoints.inspection_broken`, `safetensors.*`, `gguf.*`
 */
export function inspectCheckpoint(path: string): FileFacts {
  const seen = glance(path);
  if (seen === undefined) throw notInspectable(path, "nothing that may be read stands there");
  if (seen.isDirectory) return inspectDirectory(path);
  if (!seen.isFile) throw notInspectable(path, "it is no regular file");
  if (seen.sizeBytes === 0) throw notInspectable(path, "it is empty");
  const first = withFile(path, (file) => file.read(0, Math.min(16, file.sizeBytes)));
  if (new TextDecoder("latin1").decode(first.subarray(0, 4)) === "GGUF" || path.endsWith(".gguf")) return inspectGguf(path);
  if (path.endsWith(".safetensors") || (first[8] === 0x7b && first[7] === 0 && first[6] === 0)) return inspectSafetensors(path);
  return inspectTorchFile(path);
}

/** What the catalog asks a file: the same facts in the words of a sidecar. `undefined` for a sharded directory. @throws as {@link inspectCheckpoint} */
export function peekCheckpoint(path: string, format?: CheckpointFormat): CheckpointClaims | undefined {
  return format === "directory" ? undefined : claimsOf(inspectCheckpoint(path));
}

function claimsOf({ training, components, architecture, adapter, gguf, parameterCount }: FileFacts): CheckpointClaims {
  const keeper = training?.callbacks.find(({ monitor }) => monitor !== undefined);
  return present({
    epoch: training?.epoch === undefined ? undefined : Math.floor(training.epoch),
    step: training?.globalStep,
    architecture,
    encoder: components.encoder?.name,
    decoder: components.decoder?.name,
    head: components.head?.name,
    baseModel: adapter?.baseModel,
    quantization: gguf?.quantization,
    parameterCount: parameterCount > 0 ? parameterCount : undefined,
    monitor: keeper?.monitor,
    mode: keeper?.mode,
    metrics: training !== undefined && Object.keys(training.metrics).length > 0 ? training.metrics : undefined,
  });
}
