// adapter_config.json of a PEFT LoRA directory. Source: peft/src/peft/tuners/lora/config.py (0.21).
import { isFields, type Fields } from "./config-hf.ts";
import { adapterUnusable } from "./errors.ts";
import type { LoraAdapter } from "./types.ts";

export interface AdapterConfig {
  readonly r: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly baseModel: string;
  readonly useRslora: boolean;
  readonly useDora: boolean;
  /** A tied head follows the embedding (`ensure_weight_tying`). */
  readonly keepsTie: boolean;
  /** As listed, or empty where the file gives a pattern instead of a list. */
  readonly targetModules: readonly string[];
  /** Rank and alpha of one module, with patterns applied. */
  settingsOf(module: string): { readonly r: number; readonly alpha: number };
}

const MERGE_FIRST = "Merge it with PEFT (merge_and_unload) and use the merged model.";

/** @throws `models.adapter_unusable` */
export function parseAdapterConfig(path: string, json: unknown): AdapterConfig {
  if (!isFields(json)) throw adapterUnusable(path, "adapter_config.json is not an object", "Download the adapter again.");
  if (json["peft_type"] !== "LORA") throw adapterUnusable(path, `its type is ${String(json["peft_type"])}, LORA can be read`, MERGE_FIRST);
  for (const feature of ["fan_in_fan_out", "lora_bias", "use_qalora", "use_bdlora"]) {
    if (json[feature] === true) throw adapterUnusable(path, `it uses ${feature}`, MERGE_FIRST);
  }
  if ((json["bias"] ?? "none") !== "none") throw adapterUnusable(path, `it trains biases (${String(json["bias"])})`, MERGE_FIRST);
  if (json["layer_replication"] !== undefined && json["layer_replication"] !== null) throw adapterUnusable(path, "it replicates layers", MERGE_FIRST);
  const r = number(path, json, "r", 8);
  const alpha = number(path, json, "lora_alpha", 8);
  if (!Number.isInteger(r) || r < 1) throw adapterUnusable(path, `its rank is ${r}`, "Download the adapter again.");
  const rankOf = patternLookup(path, json["rank_pattern"]);
  const alphaOf = patternLookup(path, json["alpha_pattern"]);
  return {
    r,
    alpha,
    dropout: number(path, json, "lora_dropout", 0),
    baseModel: typeof json["base_model_name_or_path"] === "string" ? json["base_model_name_or_path"] : "",
    useRslora: json["use_rslora"] === true,
    useDora: json["use_dora"] === true,
    keepsTie: json["ensure_weight_tying"] === true,
    targetModules: Array.isArray(json["target_modules"]) ? json["target_modules"].filter((name) => typeof name === "string") : [],
    settingsOf: (module) => ({ r: rankOf(module) ?? r, alpha: alphaOf(module) ?? alpha }),
  };
}

/** The keys older PEFT releases know as well; modules that differ from the rest are named in the patterns. */
export function adapterConfigJson(adapter: LoraAdapter): Fields {
  const rankPattern: Record<string, number> = {};
  const alphaPattern: Record<string, number> = {};
  for (const [name, { r, scale }] of adapter.modules) {
    const alpha = alphaOfScale(scale, r, adapter.useRslora);
    if (r !== adapter.r) rankPattern[name] = r;
    if (Math.abs(alpha - adapter.alpha) > 1e-6 * Math.abs(adapter.alpha)) alphaPattern[name] = alpha;
  }
  return {
    alpha_pattern: alphaPattern,
    base_model_name_or_path: adapter.baseModel,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: adapter.alpha,
    lora_dropout: adapter.dropout,
    modules_to_save: adapter.replaced === undefined ? null : [...new Set([...adapter.replaced.keys()].map((name) => name.split(".").at(-2)))],
    ...(adapter.keepsTie === true ? { ensure_weight_tying: true } : {}),
    peft_type: "LORA",
    r: adapter.r,
    rank_pattern: rankPattern,
    revision: null,
    target_modules: [...adapter.targetModules],
    task_type: "CAUSAL_LM",
    use_dora: [...adapter.modules.values()].some(({ magnitude }) => magnitude !== undefined),
    use_rslora: adapter.useRslora,
  };
}

function alphaOfScale(scale: number, r: number, useRslora: boolean): number {
  return scale * (useRslora ? Math.sqrt(r) : r);
}

/** PEFT matches a key against the end of a module's name, as a regular expression; the first match counts. */
function patternLookup(path: string, patterns: unknown): (module: string) => number | undefined {
  if (!isFields(patterns)) return () => undefined;
  const rules = Object.entries(patterns).map(([key, value]) => {
    if (typeof value !== "number") throw adapterUnusable(path, `its pattern ${key} is ${JSON.stringify(value)}, not a number`, "Download the adapter again.");
    try {
      return { matches: new RegExp(key.startsWith("^") ? `${key}$` : `^(.*\\.)?(${key})$`), value };
    } catch (cause) {
      throw adapterUnusable(path, `its pattern ${key} is not a regular expression (${(cause as Error).message})`, "Download the adapter again.");
    }
  });
  return (module) => rules.find(({ matches }) => matches.test(module))?.value;
}

function number(path: string, json: Fields, key: string, fallback: number): number {
  const value = json[key] ?? fallback;
  if (typeof value !== "number" || !Number.isFinite(value)) throw adapterUnusable(path, `its ${key} is ${JSON.stringify(value)}, not a number`, "Download the adapter again.");
  return value;
}
