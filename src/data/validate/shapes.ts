// The form an answer has. A task whose answers come in two forms was put together from two sources, and a model learns to toss a coin between them.

/** In the order in which they are looked for. `relation_sentence`: `- chemical X influences disease Y`; `pairs`: `- X | Y`; `bullets`: `- X`. */
export const ANSWER_SHAPES = ["json", "relation_sentence", "pairs", "bullets", "numbered", "number", "label", "text"] as const;
export type AnswerShape = (typeof ANSWER_SHAPES)[number];

/** Forms that come together in one set of answers without being a mix: a list of nothing is a word, a short text a label. */
const PLAIN: ReadonlySet<AnswerShape> = new Set(["number", "label", "text"]);

/** So many words can be a label. */
const LABEL_WORDS = 3;

export function shapeOf(answer: string): AnswerShape {
  const text = answer.trim();
  if (/^[[{]/.test(text) && /[\]}]$/.test(text)) return "json";
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.every((line) => /^\s*[-*•] /.test(line))) {
    if (lines.every((line) => /\binfluences\b/i.test(line))) return "relation_sentence";
    return lines.every((line) => / \| /.test(line)) ? "pairs" : "bullets";
  }
  if (lines.length > 1 && lines.every((line) => /^\s*\d+[.)] /.test(line))) return "numbered";
  if (/^[+-]?\d[\d.,]*\s?%?$/.test(text)) return "number";
  return text.split(/\s+/).length <= LABEL_WORDS ? "label" : "text";
}

/**
 * The form that most answers of a task do not have, where there are two that do not go together.
 * @param counts answers of each form
 */
export function oddShapes(counts: Readonly<Partial<Record<AnswerShape, number>>>): readonly AnswerShape[] {
  const present = ANSWER_SHAPES.filter((shape) => (counts[shape] ?? 0) > 0);
  const built = present.filter((shape) => !PLAIN.has(shape));
  const candidates = built.length > 1 ? built : built.length === 1 && (counts["text"] ?? 0) > 0 ? [...built, "text" as const] : [];
  if (candidates.length < 2) return [];
  const most = candidates.reduce((best, shape) => ((counts[shape] ?? 0) > (counts[best] ?? 0) ? shape : best));
  return candidates.filter((shape) => shape !== most);
}
