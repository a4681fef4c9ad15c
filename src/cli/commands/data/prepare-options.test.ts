import { describe, expect, it } from "vitest";
import { readMap, requireSense, type TiedOptions } from "./prepare-options.ts";

const PLAIN: TiedOptions = {
  sample: false, inputFile: undefined, datasetName: undefined, datasetConfig: undefined, datasetSplit: [], revision: undefined, numSamples: undefined, sampling: undefined, sampleSize: undefined, minPerLabel: undefined, splitMethod: "group", keepSplits: false, stratifyBy: undefined, groupBy: undefined,
  map: [], labelNames: [], modelName: undefined, maxSeqLength: undefined, promptFormat: undefined, minLength: 10, maxLength: 2048, clean: [], strict: false, skipValidation: false,
};
const told = (some: Partial<TiedOptions>) => () => requireSense({ ...PLAIN, ...some });

describe("options of data prepare", () => {
  it("stand alone, or with what they need", () => {
    expect(told({})).not.toThrow();
    expect(told({ sampling: "stratified", sampleSize: 400, minPerLabel: 64, splitMethod: "multilabel", stratifyBy: "labels", modelName: "m", maxSeqLength: 64, promptFormat: "text", clean: ["none"] })).not.toThrow();
  });

  it("are refused where they would do nothing, all at once", () => {
    expect(told({ sampleSize: 400, stratifyBy: "task", maxSeqLength: 64 })).toThrow(
      "--sample-size needs --sampling stratified; --stratify-by needs --split-method stratified, multilabel or hf; --max-seq-length needs --model-name, whose tokenizer counts",
    );
    expect(told({ sampling: "undersample", minPerLabel: 5 })).toThrow("--min-per-label needs --sampling stratified");
    expect(told({ promptFormat: "text" })).toThrow("--prompt-format needs --model-name");
    expect(told({ inputFile: "a.csv", datasetConfig: "en", datasetSplit: ["train"], revision: "v1" })).toThrow("--dataset-config needs --dataset-name; --dataset-split needs --dataset-name; --revision needs --dataset-name");
  });

  it.each([
    [{ numSamples: 5, sampling: "undersample" }, "--num-samples and --sampling both choose rows"],
    [{ sample: true, inputFile: "a.csv", datasetName: "o/n" }, "--input-file and --dataset-name and --sample each say where rows come from"],
    [{ sample: true, map: ["a=b"] }, "--map is for rows of a file, --sample generates its own"],
    [{ keepSplits: true, splitMethod: "hf" }, "--keep-splits deals no rows, --split-method hf does"],
    [{ strict: true, skipValidation: true }, "--strict stops at findings, --skip-validation at none"],
    [{ clean: ["none", "whitespace"] }, "--clean none stands alone"],
    [{ minLength: 30, maxLength: 20 }, "--min-length 30 is more than --max-length 20"],
  ] satisfies [Partial<TiedOptions>, string][])("are refused where they contradict each other: %j", (some, fault) => {
    expect(told(some)).toThrow(fault);
  });
});

describe("readMap", () => {
  it("reads fields and columns; a column may hold = and spaces", () => {
    expect(readMap(["Instruction=My Question", "output=a=b"])).toEqual({ instruction: "My Question", output: "a=b" });
  });

  it("refuses what is no pair, and a field with two columns", () => {
    expect(() => readMap(["question"])).toThrow('"question" of --map is no field=column');
    expect(() => readMap(["output=a", "output=b"])).toThrow("--map names two columns for output");
  });
});
