// The hits of ROUGE-Lsum. Of each target line, the tokens are taken that lie in its longest common subsequence with any line of the
// prediction; a hit uses up one such token on both sides, as the Perl ROUGE-1.5.5 and `rouge_score` do and the paper does not.
import { countEach } from "./text.ts";

/** Hits between the tokens of two texts by line. Memory: the product of the two longest lines, 4 bytes each. */
export function countUnionSubsequences(target: readonly (readonly string[])[], prediction: readonly (readonly string[])[]): number {
  const leftInTarget = new Map(countEach(target.flat()));
  const leftInPrediction = new Map(countEach(prediction.flat()));
  let hits = 0;
  for (const line of target) {
    const places = new Set(prediction.flatMap((other) => findSubsequence(line, other)));
    for (const place of [...places].sort((a, b) => a - b)) {
      const token = line[place]!;
      const [wanted, given] = [leftInTarget.get(token)!, leftInPrediction.get(token) ?? 0];
      if (wanted === 0 || given === 0) continue;
      leftInTarget.set(token, wanted - 1);
      leftInPrediction.set(token, given - 1);
      hits += 1;
    }
  }
  return hits;
}

/**
 * Places in `target` of one longest common subsequence. Which one is taken matters to the union: read from the end, a step back in the
 * prediction is made only where it keeps strictly more.
 */
function findSubsequence(target: readonly string[], prediction: readonly string[]): readonly number[] {
  const width = prediction.length + 1;
  const lengths = subsequenceLengths(target, prediction, width);
  const places: number[] = [];
  let [row, column] = [target.length, prediction.length];
  while (row > 0 && column > 0) {
    if (target[row - 1] === prediction[column - 1]) {
      places.push(row - 1);
      row -= 1;
      column -= 1;
    } else if (lengths[row * width + column - 1]! > lengths[(row - 1) * width + column]!) column -= 1;
    else row -= 1;
  }
  return places;
}

/** Row by row, the length of the longest common subsequence of every pair of beginnings. */
function subsequenceLengths(target: readonly string[], prediction: readonly string[], width: number): Uint32Array {
  const lengths = new Uint32Array((target.length + 1) * width);
  for (let row = 1; row <= target.length; row++) {
    for (let column = 1; column < width; column++) {
      const here = row * width + column;
      lengths[here] = target[row - 1] === prediction[column - 1] ? lengths[here - width - 1]! + 1 : Math.max(lengths[here - width]!, lengths[here - 1]!);
    }
  }
  return lengths;
}
