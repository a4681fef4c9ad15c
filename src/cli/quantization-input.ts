import { applyTemplate, encodeExamples, loadDataset, renderPrompt, type PromptFormat, type Row, type SplitName } from "../data/index.ts";
import type { QuantizeModelOptions } from "../quantization/index.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import { findPromptFormat } from "./model-provenance.ts";
import type { Print } from "./print.ts";
import type { QuantizationSource } from "./quantization-source.ts";
import type { World } from "./world.ts";

export interface QuantizationInputOptions {
  readonly source: QuantizationSource;
  readonly datasetPath: string | undefined;
  readonly split: SplitName;
  readonly maxRows: number;
  readonly maxSeqLength: number;
  readonly promptFormat: PromptFormat | undefined;
  readonly testGeneration: boolean;
  /** Dataset whose training rows make the importance matrix. Default: none. */
  readonly importanceDataset?: string;
  readonly importanceRows?: number;
  readonly print: Print;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** What a test answer is asked without a dataset. */
const TEST_ROW: Pick<Row, "instruction" | "input"> = { instruction: "What helps against a sore throat?", input: "" };

/** The sequences to measure on and to weigh by, the prompt and the provenance of a quantization, rendered as the model was trained; for an encoder, the texts as they are. @throws `data.*`, `tokenizer.*` */
export async function prepareQuantization(options: QuantizationInputOptions): Promise<Pick<QuantizeModelOptions, "perplexity" | "importance" | "texts" | "testPrompt" | "provenance">> {
  const { source } = options;
  if (source.isEncoder) return { provenance: source.provenance, texts: encoderTexts(options) };
  const format = options.promptFormat ?? findPromptFormat(source.provenance) ?? "alpaca";
  const provenance = { ...source.provenance, ...(options.promptFormat === undefined ? {} : { prompt_format: options.promptFormat }) };
  if (options.datasetPath === undefined && options.importanceDataset === undefined && !options.testGeneration) return { provenance };
  const own = await loadTokenizer(source.modelPath, options);
  const tokenizer = source.adapter?.chatTemplate === undefined ? own : applyTemplate(own, source.adapter.chatTemplate);
  const dataset = options.datasetPath === undefined ? undefined : loadDataset(options.datasetPath);
  const rows = dataset?.splits[options.split].slice(0, options.maxRows) ?? [];
  const calibration = options.importanceDataset === undefined ? undefined : loadDataset(options.importanceDataset);
  const encoded = encodeExamples(tokenizer, rows, format, options.maxSeqLength, "last").examples;
  return {
    provenance,
    perplexity: dataset && { datasetDigest: dataset.record.digest, sequences: encoded.map(({ ids, labels }) => ({ ids, firstScored: Math.max(1, labels.findIndex((label) => label >= 0)) })) },
    importance: calibration && {
      datasetDigest: calibration.record.digest,
      sequences: encodeExamples(tokenizer, calibration.splits.train.slice(0, options.importanceRows), format, options.maxSeqLength, "last").examples.map(({ ids }) => ids),
    },
    testPrompt: options.testGeneration ? renderPrompt(rows[0] ?? TEST_ROW, format, tokenizer).prompt : undefined,
  };
}

/** A row's instruction and input ask, its output answers. */
function encoderTexts({ datasetPath, split, maxRows }: QuantizationInputOptions): QuantizeModelOptions["texts"] {
  if (datasetPath === undefined) return undefined;
  const { record, splits } = loadDataset(datasetPath);
  return { datasetDigest: record.digest, rows: splits[split].slice(0, maxRows).map(({ instruction, input, output }) => ({ question: [instruction, input].filter((text) => text !== "").join("\n"), answer: output })) };
}
