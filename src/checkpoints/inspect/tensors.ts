// Counting tensors, whatever file they stand in.
import type { FileFacts, TensorFact } from "./facts.ts";

const STATISTICS = /(?:^|\.)(?:running_mean|running_var|num_batches_tracked)$/;
const WRAPPERS = ["model._orig_mod.", "_orig_mod.", "module.", "model.", "base_model.model."];

export type TensorTotals = Pick<FileFacts, "tensors" | "parameterCount" | "bufferCount" | "dtypes">;

export function countTensors(tensors: readonly TensorFact[]): TensorTotals {
  const own = tensors.filter(({ sharedWith }) => sharedWith === undefined);
  const dtypes = new Map<string, number>();
  for (const { dtype, elements } of own) dtypes.set(dtype, (dtypes.get(dtype) ?? 0) + elements);
  const sum = (some: readonly TensorFact[]): number => some.reduce((total, { elements }) => total + elements, 0);
  const statistics = own.filter(({ name }) => STATISTICS.test(name));
  return { tensors, parameterCount: sum(own) - sum(statistics), bufferCount: sum(statistics), dtypes: Object.fromEntries([...dtypes].sort(([, a], [, b]) => b - a)) };
}

/** Elements of a shape; undefined when no machine holds as many. */
export function elementsOf(shape: readonly number[]): number | undefined {
  const elements = shape.reduce((product, size) => product * size, 1);
  return Number.isSafeInteger(elements) ? elements : undefined;
}

/** What wrappers put before every name, longest first; empty when they did not. */
export function findPrefix(names: readonly string[]): string {
  let prefix = "";
  while (names.length > 0) {
    const next = WRAPPERS.find((wrapper) => names.every((name) => name.startsWith(prefix + wrapper)));
    if (next === undefined) break;
    prefix += next;
  }
  return prefix;
}
