// Reads labels from an answer: a JSON list of names, a JSON list of 0 and 1 in the order of the labels, or names parted by commas,
// semicolons, bars or lines.
import { isNothing, withoutBullet } from "./entity-parse.ts";

/** The labels an answer names, spelled as in `labels` where they differ only in case; a name that is none of them stays as it is. Undefined for JSON that is broken or holds something else. */
export function parseLabels(answer: string, labels: readonly string[]): readonly string[] | undefined {
  const text = answer.trim();
  if (isNothing(text)) return [];
  const names = text.startsWith("[") ? parseJsonList(text, labels) : text.split(/[,;|\n]/u).map(withoutBullet);
  return names?.filter((name) => !isNothing(name)).map((name) => labels.find((label) => label.toLowerCase() === name.toLowerCase()) ?? name);
}

function parseJsonList(text: string, labels: readonly string[]): readonly string[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list)) return undefined;
  const isMatrixRow = list.length === labels.length && list.every((cell) => cell === 0 || cell === 1);
  if (isMatrixRow) return labels.filter((_label, index) => list[index] === 1);
  return list.every((name) => typeof name === "string") ? list : undefined;
}
