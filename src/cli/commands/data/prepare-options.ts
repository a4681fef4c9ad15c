// What `data prepare` is told, looked at as a whole: an option that would do nothing is refused, for whoever gave it thinks that it did something.
import { usageFault } from "../../errors.ts";

/** Options whose sense depends on others; undefined where they were not given. */
export interface TiedOptions {
  readonly sample: boolean;
  readonly inputFile: string | undefined;
  readonly datasetName: string | undefined;
  readonly datasetConfig: string | undefined;
  readonly datasetSplit: readonly string[];
  readonly revision: string | undefined;
  readonly numSamples: number | undefined;
  readonly sampling: string | undefined;
  readonly sampleSize: number | undefined;
  readonly minPerLabel: number | undefined;
  readonly splitMethod: string;
  readonly keepSplits: boolean;
  readonly stratifyBy: string | undefined;
  readonly groupBy: string | undefined;
  readonly map: readonly string[];
  readonly labelNames: readonly string[];
  readonly modelName: string | undefined;
  readonly maxSeqLength: number | undefined;
  readonly promptFormat: string | undefined;
  readonly minLength: number;
  readonly maxLength: number;
  readonly clean: readonly string[];
  readonly strict: boolean;
  readonly skipValidation: boolean;
}

const COMMAND = "tunesmith data prepare";

/** @throws `cli.usage` naming every option that contradicts another, or needs one that was not given */
export function requireSense(options: TiedOptions): void {
  const faults = [...findNeedy(options), ...findContradictions(options)];
  if (faults.length > 0) throw usageFault(faults.join("; "), COMMAND);
}

function findNeedy(options: TiedOptions): readonly string[] {
  const needs: readonly [given: boolean, name: string, needed: string, isThere: boolean][] = [
    [options.datasetConfig !== undefined, "--dataset-config", "--dataset-name", options.datasetName !== undefined],
    [options.datasetSplit.length > 0, "--dataset-split", "--dataset-name", options.datasetName !== undefined],
    [options.revision !== undefined, "--revision", "--dataset-name", options.datasetName !== undefined],
    [options.sampleSize !== undefined, "--sample-size", "--sampling stratified", options.sampling === "stratified"],
    [options.minPerLabel !== undefined, "--min-per-label", "--sampling stratified", options.sampling === "stratified"],
    [options.stratifyBy !== undefined, "--stratify-by", "--split-method stratified, multilabel or hf", options.splitMethod !== "group"],
    [options.maxSeqLength !== undefined, "--max-seq-length", "--model-name, whose tokenizer counts", options.modelName !== undefined],
    [options.promptFormat !== undefined, "--prompt-format", "--model-name, whose tokenizer counts", options.modelName !== undefined],
  ];
  return needs.filter(([given, , , isThere]) => given && !isThere).map(([, name, needed]) => `${name} needs ${needed}`);
}

function findContradictions({ splitMethod, keepSplits, sample, inputFile, datasetName, numSamples, sampling, map, labelNames, groupBy, strict, skipValidation, clean, minLength, maxLength }: TiedOptions): readonly string[] {
  const sources = Object.entries({ "--input-file": inputFile !== undefined, "--dataset-name": datasetName !== undefined, "--sample": sample }).flatMap(([name, given]) => (given ? [name] : []));
  return [
    ...(sources.length > 1 ? [`${sources.join(" and ")} each say where rows come from, needed is one of them`] : []),
    ...(numSamples !== undefined && sampling !== undefined ? ["--num-samples and --sampling both choose rows, needed is one of them"] : []),
    ...(sample ? Object.entries({ "--map": map.length > 0, "--label-names": labelNames.length > 0, "--group-by": groupBy !== undefined, "--keep-splits": keepSplits }).flatMap(([name, given]) => (given ? [`${name} is for rows of a file, --sample generates its own`] : [])) : []),
    ...(keepSplits && splitMethod !== "group" ? [`--keep-splits deals no rows, --split-method ${splitMethod} does`] : []),
    ...(strict && skipValidation ? ["--strict stops at findings, --skip-validation at none: needed is one of them"] : []),
    ...(clean.length > 1 && clean.includes("none") ? ["--clean none stands alone"] : []),
    ...(minLength > maxLength ? [`--min-length ${minLength} is more than --max-length ${maxLength}`] : []),
  ];
}

/** `instruction=Question` → field and column. @throws `cli.usage` */
export function readMap(words: readonly string[]): Readonly<Record<string, string>> {
  const columns: Record<string, string> = {};
  for (const word of words) {
    const cut = word.indexOf("=");
    if (cut < 1 || cut === word.length - 1) throw usageFault(`${JSON.stringify(word)} of --map is no field=column`, COMMAND);
    const field = word.slice(0, cut).trim().toLowerCase();
    if (Object.hasOwn(columns, field)) throw usageFault(`--map names two columns for ${field}`, COMMAND);
    columns[field] = word.slice(cut + 1);
  }
  return columns;
}
