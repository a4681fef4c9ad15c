import type { Row } from "../../data/index.ts";
import { DEMO, DEMO_TRAINING } from "./settings.ts";

export interface DemoAnswer {
  readonly row: Row;
  readonly text: string;
  readonly tokens: number;
  readonly finishReason: string;
}

/** Asks the quantized model one question of the test split, greedily. */
export async function answerWith(ggufPath: string, datasetPath: string, threads: number | undefined): Promise<DemoAnswer> {
  const [{ loadLlama }, { encodePrompt, loadDataset }, { tokenizerFromGguf }, { openGguf }] = await Promise.all([
    import("../../engine/llama/index.ts"),
    import("../../data/index.ts"),
    import("../../engine/tokenizer/index.ts"),
    import("../../engine/gguf/index.ts"),
  ]);
  const { splits } = loadDataset(datasetPath);
  const row = splits.test.find(({ task }) => task === DEMO.testRowTask) ?? splits.test[0]!;
  const file = openGguf(ggufPath);
  const tokenizer = tokenizerFromGguf(file.metadata, ggufPath);
  file.close();
  const model = await loadLlama(ggufPath, { threads });
  const session = model.createSession({ threads });
  try {
    const answer = await session.generate({ promptIds: encodePrompt(tokenizer, row, DEMO_TRAINING.prompt_format), maxTokens: DEMO.maxNewTokens });
    return { row, text: answer.text, tokens: answer.ids.length, finishReason: answer.finishReason };
  } finally {
    session.dispose();
    model.dispose();
  }
}
