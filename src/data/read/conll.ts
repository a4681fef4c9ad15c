// BIO files: a token and its tag a line, an empty line after each sentence. Source: CoNLL-2003 shared task, data format.
import { streamLines } from "../../files/index.ts";
import type { Faults } from "./faults.ts";
import type { OnRead, SourceRecord } from "./record.ts";

/** A line longer than this holds no token and its tag; a sentence of more tokens was never ended. */
const [MOST_CHARACTERS, MOST_TOKENS] = [1 << 16, 100_000];

/** Streams the sentences of a BIO file as `{ tokens, ner_tags, group? }`: the first column is the token, the last its tag; `-DOCSTART-` begins a document, which is the group. */
export async function* readConll(path: string, faults: Faults, onRead?: OnRead): AsyncGenerator<SourceRecord> {
  let [row, documents, first] = [0, 0, 1];
  let tokens: string[] = [];
  let tags: string[] = [];
  const finish = (): SourceRecord | undefined => {
    if (tokens.length === 0) return undefined;
    const value = { tokens, ner_tags: tags, ...(documents > 0 && { group: `document-${documents}` }) };
    tokens = [];
    tags = [];
    return { place: { row: (row += 1), line: first }, value };
  };
  for await (const { text, number } of streamLines(path, undefined, onRead)) {
    if (text.length > MOST_CHARACTERS) {
      faults.add({ row: row + 1, line: number }, `it has ${text.length} characters, needed are a token and its tag`);
      continue;
    }
    const cells = text.trim().split(/\s+/);
    if (text.trim() === "" || cells[0] === "-DOCSTART-") {
      const sentence = finish();
      if (sentence !== undefined) yield sentence;
      if (cells[0] === "-DOCSTART-") documents += 1;
    } else if (isComment(text)) continue;
    else if (cells.length < 2) faults.add({ row: row + 1, line: number }, `it has 1 column, needed are a token and its tag`);
    else {
      if (tokens.length === 0) first = number;
      if (tokens.length === MOST_TOKENS) return faults.add({ row: row + 1, line: first }, `it has more than ${MOST_TOKENS} tokens: an empty line ends a sentence`);
      tokens.push(cells[0]!);
      tags.push(cells.at(-1)!);
    }
  }
  const sentence = finish();
  if (sentence !== undefined) yield sentence;
}

/** The token `#` has a tag. */
function isComment(text: string): boolean {
  return text.startsWith("# ") && !/\s(?:O|[BIESLU]-\S+)\s*$/.test(text);
}
