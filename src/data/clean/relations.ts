/** `- chemical X influences disease Y`, with or without the words that say what they are. Source: seed 000, medical NER, relation rows. */
const SENTENCE = /^(\s*[-*•] )(?:the )?(?:chemical |drug )?(.+?) influences (?:the )?(?:disease |condition )?(.+?)[.;]?$/i;

/** Relations told in sentences become pairs, `- X | Y`, where every line of the answer is such a sentence; any other answer comes back as it is. */
export function pairRelations(answer: string): string {
  if (!answer.includes(" influences ")) return answer;
  const lines = answer.split("\n");
  const pairs = lines.map((line) => (line.trim() === "" ? line : line.replace(SENTENCE, "$1$2 | $3")));
  return lines.every((line, index) => line.trim() === "" || pairs[index] !== line) ? pairs.join("\n") : answer;
}
