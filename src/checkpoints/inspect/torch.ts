import { statFile } from "../../files/index.ts";
import { detectComponents } from "./components.ts";
import type { FileFacts } from "./facts.ts";
import { detectLanguageModel } from "./language-model.ts";
import { toPlain } from "./pickle/plain.ts";
import { isNode, itemsOf, type PickleValue } from "./pickle/value.ts";
import { describeRefused } from "./refused.ts";
import { scalarReader } from "./scalars.ts";
import { describeTensors, findStateDict } from "./state-dict.ts";
import { countTensors, findPrefix } from "./tensors.ts";
import { withTorchFile } from "./torch-file.ts";
import { readTraining } from "./training.ts";

/** @throws `checkpoints.inspection_broken`, `files.missing` */
export function inspectTorchFile(path: string): FileFacts {
  return withTorchFile(path, (torch, file) => {
    const state = findStateDict(torch.value);
    const { tensors, tensorBytes, problems } = describeTensors(state, torch);
    const detected = detectComponents(tensors);
    const language = detectLanguageModel(tensors);
    const training = readTraining(torch.value, path, scalarReader(torch, file));
    const prefix = findPrefix(tensors.map(({ name }) => name));
    return {
      path,
      format: torch.container === "script" ? "torchscript" : "torch",
      container: torch.container,
      files: [path],
      sizeBytes: statFile(path).sizeBytes,
      ...countTensors(tensors),
      tensorBytes,
      ...(state.key !== undefined && { weightsKey: state.key }),
      ...(prefix !== "" && { prefix }),
      ...detected,
      ...language,
      ...(training !== undefined && { training }),
      contents: describeContents(torch.value),
      metadata: {},
      refused: describeRefused(torch.refused),
      problems,
    };
  });
}

/** Top-level entries that are no tensors, each in a few words. */
function describeContents(value: PickleValue): Readonly<Record<string, string>> {
  if (!isNode(value, "dict")) return { "": describe(value) };
  return Object.fromEntries(value.entries.filter(([, member]) => !isNode(member, "tensor")).slice(0, 200).map(([key, member]) => [String(toPlain(key, { most: 5, longest: 200 })), describe(member)]));
}

function describe(value: PickleValue): string {
  if (isNode(value, "dict")) return `${value.entries.length} entries`;
  if (isNode(value, "list") || isNode(value, "tuple") || isNode(value, "set")) return `${value.kind} of ${itemsOf(value).length}`;
  if (isNode(value, "object")) return `an object of ${`${value.type.module}.${value.type.name}`.slice(0, 200)}`;
  const plain = toPlain(value, { most: 20, longest: 80 });
  return typeof plain === "string" ? plain : JSON.stringify(plain).slice(0, 80);
}
