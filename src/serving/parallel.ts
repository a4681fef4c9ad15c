import { totalmem } from "node:os";
import type { LlamaInfo } from "../engine/llama/index.ts";

/** Beyond this more answers at once make each slower than they make all faster, on the processors this runs on. */
const MOST = 8;

/** How many contexts of `contextLength` tokens fit into an eighth of the memory: 1 to 8. */
export function affordableSequences({ metadata, architecture }: Pick<LlamaInfo, "metadata" | "architecture">, contextLength: number, memoryBytes: number = totalmem()): number {
  const number = (key: string) => Number(metadata.get(`${architecture}.${key}`) ?? 0);
  const heads = number("attention.head_count");
  const headDim = number("attention.key_length") || number("embedding_length") / (heads || 1);
  const valuesPerToken = 2 * number("block_count") * (number("attention.head_count_kv") || heads) * headDim;
  const bytes = 2 * valuesPerToken * contextLength;
  return bytes > 0 ? Math.min(MOST, Math.max(1, Math.floor(memoryBytes / 8 / bytes))) : MOST;
}
