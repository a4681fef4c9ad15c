import type { ConvertOptions } from "./types.ts";
import { convertEncoderToGguf } from "./encoder-gguf.ts";
import { isEncoder, openEncoderSource } from "./encoder-source.ts";
import { convertToGguf } from "./convert-gguf.ts";
import { openModel } from "./open.ts";

/**
 * Opens a model of any supported architecture, decoder or BERT, and converts it to GGUF.
 * @throws everything `openModel` or `openEncoderSource`, and `convertToGguf`, throw
 */
export function writeModelAsGguf(modelPath: string, outputPath: string, options: ConvertOptions): void {
  if (isEncoder(modelPath)) {
    const source = openEncoderSource(modelPath);
    try {
      convertEncoderToGguf(source, outputPath, options);
    } finally {
      source.close();
    }
    return;
  }
  const source = openModel(modelPath);
  try {
    convertToGguf(source, outputPath, options);
  } finally {
    source.close();
  }
}
