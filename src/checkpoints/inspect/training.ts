// What a training saved beside the weights: Lightning's checkpoint, and the plain dictionaries people write themselves.
import { basename } from "node:path";
import type { CallbackFact, OptimizerFact, TrainingFacts } from "./facts.ts";
import { toPlain, type PlainOptions, type PlainValue } from "./pickle/plain.ts";
import { asCount, findEntry, isNode, itemsOf, type PickleValue } from "./pickle/value.ts";

type Scalar = PlainOptions["scalar"];

/** Undefined when nothing but weights was saved. */
export function readTraining(root: PickleValue, path: string, scalar: Scalar): TrainingFacts | undefined {
  if (!isNode(root, "dict")) return undefined;
  const find = (...keys: readonly string[]): PickleValue | undefined => keys.map((key) => findEntry(root, key)).find((value) => value !== undefined);
  const count = (...keys: readonly string[]): number | undefined => keys.map((key) => countOf(findEntry(root, key), scalar)).find((value) => value !== undefined);
  const version = find("pytorch-lightning_version");
  const settings = find("hyper_parameters", "hparams", "args", "config", "cfg");
  const callbacks = readCallbacks(find("callbacks"), scalar);
  const facts = {
    epoch: count("epoch"),
    globalStep: count("global_step", "step", "iteration", "iter", "num_updates"),
    lightningVersion: typeof version === "string" ? version : undefined,
    hyperParameters: settings === undefined || isWeights(settings) ? undefined : toPlain(settings, { scalar }),
  };
  const optimizers = manyOf(find("optimizer_states", "optimizer_state_dict", "optimizer", "optim"), root).flatMap((state) => readOptimizer(state, scalar) ?? []);
  const schedulers = manyOf(find("lr_schedulers", "lr_scheduler_state_dict", "scheduler_state_dict", "lr_scheduler", "scheduler")).map((state) => toPlain(state, { most: 100, scalar }));
  const metrics = { ...scoresOfCallbacks(callbacks, path), ...scoresOf(find("cleval_metrics", "metrics"), scalar) };
  const empty = Object.values(facts).every((value) => value === undefined) && callbacks.length + optimizers.length + schedulers.length + Object.keys(metrics).length === 0;
  return empty ? undefined : { ...definedOf(facts), callbacks, optimizers, schedulers, metrics };
}

function readCallbacks(value: PickleValue | undefined, scalar: Scalar): readonly CallbackFact[] {
  if (!isNode(value, "dict")) return [];
  return value.entries.slice(0, 100).map(([key, state]) => {
    const plainKey = toPlain(key, { most: 10 });
    const label = typeof plainKey === "string" ? plainKey : JSON.stringify(plainKey);
    const plain = toPlain(state, { most: 500, scalar });
    const member = (name: string): PlainValue | undefined => (isRecord(plain) ? plain[name] : undefined);
    const text = (name: string): string | undefined => asText(member(name));
    const number = (name: string): number | undefined => asNumber(member(name));
    const kept = member("best_k_models");
    return {
      name: /^[\w.]+/.exec(label)?.[0].split(".").at(-1) ?? label.slice(0, 100),
      ...definedOf({
        monitor: text("monitor") ?? /'monitor': '([^']*)'/.exec(label)?.[1],
        mode: /'mode': '(min|max)'/.exec(label)?.[1] as "min" | "max" | undefined,
        bestModelPath: text("best_model_path"),
        bestModelScore: number("best_model_score"),
        kthBestModelPath: text("kth_best_model_path"),
        kthValue: number("kth_value"),
        lastModelPath: text("last_model_path"),
      }),
      bestModels: isRecord(kept) ? Object.fromEntries(Object.entries(kept).filter((entry): entry is [string, number] => typeof entry[1] === "number")) : {},
      state: plain,
    };
  });
}

/** A callback's score counts for this file only where it stands under this file's name: the best score is not every checkpoint's. */
function scoresOfCallbacks(callbacks: readonly CallbackFact[], path: string): Readonly<Record<string, number>> {
  const name = basename(path);
  return Object.fromEntries(
    callbacks.flatMap(({ monitor, bestModels }) => {
      const score = Object.entries(bestModels).find(([kept]) => kept.split(/[\\/]/).at(-1) === name)?.[1];
      return monitor === undefined || score === undefined ? [] : [[monitor, score] as const];
    }),
  );
}

function scoresOf(value: PickleValue | undefined, scalar: Scalar): Readonly<Record<string, number>> {
  const plain = value === undefined ? undefined : toPlain(value, { most: 500, scalar });
  return isRecord(plain) ? Object.fromEntries(Object.entries(plain).filter((entry): entry is [string, number] => typeof entry[1] === "number")) : {};
}

function readOptimizer(state: PickleValue, scalar: Scalar): OptimizerFact | undefined {
  const groups = itemsOf(findEntry(state, "param_groups"));
  if (groups.length === 0) return undefined;
  const moments = findEntry(state, "state");
  const [first] = groups;
  const settings = isNode(first, "dict") ? toPlain({ kind: "dict", entries: first.entries.filter(([key]) => key !== "params") }, { most: 100, scalar }) : null;
  return {
    groups: groups.length,
    learningRates: groups.slice(0, 100).flatMap((group) => asNumber(toPlain(findEntry(group, "lr") ?? null, { scalar })) ?? []),
    parameters: groups.reduce<number>((sum, group) => sum + itemsOf(findEntry(group, "params")).length, 0),
    withState: isNode(moments, "dict") ? moments.entries.length : 0,
    settings,
  };
}

/** A list of states, or the only one; the file itself when it is the state of an optimizer. */
function manyOf(value: PickleValue | undefined, root?: PickleValue): readonly PickleValue[] {
  if (value === undefined) return root !== undefined && findEntry(root, "param_groups") !== undefined ? [root] : [];
  return isNode(value, "list") ? value.items.slice(0, 100) : [value];
}

function countOf(value: PickleValue | undefined, scalar: Scalar): number | undefined {
  const number = value === undefined ? undefined : asNumber(toPlain(value, { most: 4, scalar }));
  return number === undefined ? undefined : asCount(number);
}

function isWeights(value: PickleValue): boolean {
  return isNode(value, "tensor") || (isNode(value, "dict") && value.entries.length > 0 && value.entries.every(([, member]) => isNode(member, "tensor")));
}

function isRecord(value: PlainValue | undefined): value is { readonly [key: string]: PlainValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asText(value: PlainValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function asNumber(value: PlainValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function definedOf<T extends object>(members: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
