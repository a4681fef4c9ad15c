// Finding the weights in what a torch file holds: under a key of the field, as the whole file, or inside a module that was pickled whole.
import type { TensorFact } from "./facts.ts";
import { DTYPE_BYTES } from "./pickle/tensors.ts";
import { findEntry, isNode, type PickleNode, type PickleTensor, type PickleValue } from "./pickle/value.ts";
import { elementsOf } from "./tensors.ts";
import type { TorchFile } from "./torch-file.ts";

/** In the order they are looked for. */
const WEIGHT_KEYS = ["state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "params_ema", "params", "ema_state_dict"];
const MODULE_MEMBERS: ReadonlySet<PickleValue> = new Set(["_parameters", "_buffers", "_modules"]);
const DEEPEST = 64;
const MOST_TENSORS = 1_000_000;
const MOST_PROBLEMS = 20;

export interface StateDict {
  readonly key?: string;
  readonly tensors: ReadonlyMap<string, PickleTensor>;
}

/** Empty for a file that holds no weights of a model: the state of an optimizer, settings, a random state. */
export function findStateDict(value: PickleValue): StateDict {
  for (const key of WEIGHT_KEYS) {
    const tensors = collectTensors(findEntry(value, key) ?? null);
    if (tensors.size > 0) return { key, tensors };
  }
  if (findEntry(value, "param_groups") !== undefined) return { tensors: new Map() };
  if (isNode(value, "tensor")) return { tensors: new Map([["(the file itself)", value]]) };
  return { tensors: collectTensors(value) };
}

/** Tensors by dotted name. A container that stands in two places is entered once; a tensor is named in both. */
function collectTensors(root: PickleValue): ReadonlyMap<string, PickleTensor> {
  const tensors = new Map<string, PickleTensor>();
  const entered = new Set<PickleNode>();
  const visit = (value: PickleValue, name: string, depth: number): void => {
    if (isNode(value, "tensor")) {
      if (tensors.size < MOST_TENSORS) tensors.set(name, value);
      return;
    }
    const entries = isNode(value, "dict") ? value.entries : isNode(value, "object") && isNode(value.state, "dict") ? value.state.entries : undefined;
    if (entries === undefined || depth > DEEPEST || name.length > 4096 || entered.has(value as PickleNode)) return;
    entered.add(value as PickleNode);
    for (const [key, member] of entries) {
      if (typeof key !== "string" && typeof key !== "number") continue;
      visit(member, MODULE_MEMBERS.has(key) ? name : name === "" ? String(key) : `${name}.${key}`, depth + 1);
    }
  };
  visit(root, "", 0);
  return tensors;
}

export interface DescribedTensors {
  readonly tensors: readonly TensorFact[];
  readonly tensorBytes: number;
  readonly problems: readonly string[];
}

/** Tensors of the same place, shape and stride in one storage are tied: the later ones name the first. */
export function describeTensors(state: StateDict, torch: TorchFile): DescribedTensors {
  const firsts = new Map<string, string>();
  const places = new Map<PickleTensor, string | undefined>();
  const storages = new Map<string, number>();
  const missing = new Set<string>();
  const tensors: TensorFact[] = [];
  const problems: string[] = [];
  for (const [name, tensor] of state.tensors) {
    const { storage, shape, dtype } = tensor;
    const elements = elementsOf(shape);
    if (elements === undefined) {
      if (problems.length < MOST_PROBLEMS) problems.push(`${name.slice(0, 200)} has the impossible shape [${shape.join(", ")}]`);
      continue;
    }
    if (!places.has(tensor)) places.set(tensor, placeOf(tensor));
    const place = places.get(tensor);
    const first = place === undefined ? undefined : firsts.get(place);
    if (place !== undefined && first === undefined) firsts.set(place, name);
    tensors.push({ name, shape, dtype, elements, ...(first !== undefined && { sharedWith: first }) });
    if (storage === undefined || storages.has(storage.key)) continue;
    const needed = storage.elements * (DTYPE_BYTES[storage.dtype] ?? 0);
    storages.set(storage.key, needed);
    if (torch.container !== "pickle" && !((torch.storedBytes(storage.key) ?? -1) >= needed)) missing.add(storage.key);
  }
  if (missing.size > 0) problems.push(`the bytes of ${missing.size} of ${storages.size} storages are not all there: the file was cut off or changed`);
  return { tensors, tensorBytes: [...storages.values()].reduce((sum, bytes) => sum + bytes, 0), problems };
}

/** The same for tensors that are tied; undefined for one without bytes. */
function placeOf({ storage, shape, stride, dtype, offset }: PickleTensor): string | undefined {
  return storage === undefined ? undefined : `${storage.key} ${storage.start + offset} ${shape.join(",")} ${stride.join(",")} ${dtype}`;
}
