import { encodeExample, IGNORED_LABEL, type EncodedExample } from "./encode.ts";
import type { TrainOn } from "./encode-turns.ts";
import type { PromptFormat } from "./prompt.ts";
import type { Row } from "../row.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** A piece of an encoded row. Special tokens stand alone. */
export interface PreviewSegment {
  readonly text: string;
  readonly tokens: number;
  /** Whether the loss is computed on these tokens. */
  readonly trained: boolean;
}

export interface ExamplePreview {
  readonly segments: readonly PreviewSegment[];
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly cutTokens: number;
}

/** Shows which tokens of a row are trained, in order. @throws what {@link encodeExample} throws */
export function previewExample(tokenizer: TextTokenizer, row: Row, format: PromptFormat, maxLength: number, trainOn: TrainOn = "all"): ExamplePreview {
  const example = encodeExample(tokenizer, row, format, maxLength, trainOn);
  return {
    segments: segmentsOf(tokenizer, example),
    tokens: example.ids.length,
    trainedTokens: example.labels.filter((label) => label !== IGNORED_LABEL).length,
    cutTokens: example.cutTokens,
  };
}

/** Tokens are decoded in runs, because a character may be spread over several. */
function segmentsOf(tokenizer: TextTokenizer, { ids, labels }: EncodedExample): PreviewSegment[] {
  const special = new Set([tokenizer.bosId, tokenizer.eosId, tokenizer.eotId]);
  const segments: PreviewSegment[] = [];
  let start = 0;
  for (let end = 1; end <= ids.length; end++) {
    const first = ids[start]!;
    const trained = labels[start] !== IGNORED_LABEL;
    const joins = end < ids.length && !special.has(first) && !special.has(ids[end]) && (labels[end] !== IGNORED_LABEL) === trained;
    if (joins) continue;
    const text = special.has(first) ? tokenizer.tokenText(first) : tokenizer.decode(ids.slice(start, end));
    segments.push({ text, tokens: end - start, trained });
    start = end;
  }
  return segments;
}
