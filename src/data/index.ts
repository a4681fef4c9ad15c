export { encodeExample, encodeExamples, encodePrompt, IGNORED_LABEL, type EncodedExample, type EncodedRows } from "./encode.ts";
export { loadDataset, type LoadedDataset } from "./load.ts";
export { previewExample, type ExamplePreview, type PreviewSegment } from "./preview.ts";
export type { PromptParts, RenderedRow } from "./prompt-parts.ts";
export { PROMPT_FORMATS, renderPrompt, type PromptFormat } from "./prompt.ts";
export { SPLIT_NAMES, type Row, type SplitName, type Splits } from "./row.ts";
export type { TextTokenizer } from "./text-tokenizer.ts";
