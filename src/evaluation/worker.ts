// The child's side of run.ts: opens what the request names, evaluates, writes the folder.
import { basename, join } from "node:path";
import { applyTemplate, loadDataset } from "../data/index.ts";
import { ENGINE_RELEASE, type IsolatedRun } from "../engine/ffi/index.ts";
import { openGguf } from "../engine/gguf/index.ts";
import { loadLlama } from "../engine/llama/index.ts";
import { tokenizerFromGguf } from "../engine/tokenizer/index.ts";
import { remove, sha256File } from "../files/index.ts";
import type { EvaluationRecord } from "../records/index.ts";
import { splitEmpty } from "./errors.ts";
import { evaluateModel } from "./evaluate.ts";
import type { EvaluationProgress } from "./predict.ts";
import { EVALUATION_FILES, writeEvaluation } from "./report.ts";
import type { EvaluationRequest } from "./run.ts";

export const run: IsolatedRun<EvaluationRequest, EvaluationProgress, EvaluationRecord> = async (request, { emit, signal }) => {
  const { modelPath, adapterPath, datasetPath, split } = request;
  const { record: dataset, splits } = loadDataset(datasetPath);
  if (splits[split].length === 0) throw splitEmpty(datasetPath, split);
  const partialPath = join(request.outDir, EVALUATION_FILES.partial);
  const own = readTokenizer(modelPath);
  const tokenizer = request.chatTemplate === undefined ? own : applyTemplate(own, request.chatTemplate);
  const model = await loadLlama(modelPath, {
    threads: request.threads,
    gpuLayers: request.gpuLayers,
    adapters: adapterPath === undefined ? [] : [{ path: adapterPath }],
  });
  try {
    const evaluation = await evaluateModel({
      model,
      tokenizer,
      modelName: request.modelName ?? (model.info.name || basename(modelPath)),
      modelPath,
      modelDigest: request.modelDigest ?? sha256File(modelPath),
      adapter: adapterPath === undefined ? undefined : { path: adapterPath, digest: sha256File(adapterPath) },
      rows: splits[split],
      datasetRows: [...splits.train, ...splits.validation, ...splits.test],
      datasetPath,
      datasetDigest: dataset.digest,
      split,
      promptFormat: request.promptFormat,
      engineRelease: ENGINE_RELEASE,
      packageVersion: request.packageVersion,
      settings: request,
      partialPath,
      bootstrap: request.seed === undefined ? {} : { seed: request.seed },
      signal,
      onProgress: emit,
    });
    writeEvaluation(request.outDir, evaluation);
    remove(partialPath);
    return evaluation.record;
  } finally {
    model.dispose();
  }
};

function readTokenizer(path: string): ReturnType<typeof tokenizerFromGguf> {
  const file = openGguf(path);
  try {
    return tokenizerFromGguf(file.metadata, path);
  } finally {
    file.close();
  }
}
