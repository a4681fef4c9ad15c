import type { Row } from "../../data/index.ts";
import { withAnsweringModel } from "../answering-model.ts";
import type { DemoPlace } from "./measure.ts";
import { DEMO } from "./settings.ts";

export interface DemoAnswer {
  readonly row: Row;
  readonly text: string;
}

/** Asks a quantized model one question of the test split, greedily, as `tunesmith generate` would. */
export async function answerWith(gguf: string, { datasetPath, print, world, signal, threads }: DemoPlace): Promise<DemoAnswer> {
  const { loadDataset } = await import("../../data/index.ts");
  const { test } = loadDataset(datasetPath).splits;
  const row = test.find(({ task }) => task === DEMO.testRowTask) ?? test[0]!;
  return withAnsweringModel({ model: gguf, raw: false, threads, print, world, signal }, async ({ pool, renderPrompt }) => {
    const prompt = renderPrompt(row.instruction, row.input);
    const { text } = await pool.generate({ ...prompt, maxTokens: DEMO.maxNewTokens, temperature: 0, topK: 0, topP: 1, stop: [] }, { signal });
    return { row, text: text.trim() };
  });
}
