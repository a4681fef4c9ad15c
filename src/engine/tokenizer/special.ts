// Which tokens begin, end and pad a text.
import { eosMissing } from "./errors.ts";
import { isFields, tokenContent, type Fields } from "./parse.ts";
import type { TokenizerDefinition } from "./types.ts";

/** End-of-turn tokens by name, as llama.cpp looks for them (src/llama-vocab.cpp); tokens that end the whole text are left out. */
const TURN_ENDS = ["<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<EOT>", "[EOT]", "<end_of_utterance>"];

/** Tokens fit for padding, best first. */
const PADS = ["<|finetune_right_pad_id|>", "<pad>", "[PAD]", "<|pad|>", "<PAD>", "<|padding|>", "<unk>", "<|unk|>", "[UNK]", "<|endoftext|>", "<|reserved_special_token_0|>"];

export interface SpecialIds {
  readonly bosId?: number;
  readonly eosId: number;
  readonly eotId?: number;
  readonly padId?: number;
  readonly sepId?: number;
  readonly maskId?: number;
  readonly addBos: boolean;
  readonly addEos: boolean;
}

/** What a BERT's tokenizer calls its special tokens when no file says otherwise (transformers, BertTokenizer). */
const BERT_ROLES = { cls_token: "[CLS]", sep_token: "[SEP]", mask_token: "[MASK]", pad_token: "[PAD]" };

/** @throws `tokenizer.eos_missing` */
export function resolveSpecialIds(where: string, { tokenizer, config: given }: TokenizerDefinition): SpecialIds {
  const config: Fields = tokenizer.model.type === "WordPiece" ? { ...BERT_ROLES, ...given } : given;
  const added = new Map(tokenizer.added_tokens.map(({ content, id }) => [content, id]));
  const idOf = (token: string | undefined): number | undefined => (token === undefined ? undefined : (added.get(token) ?? ownNumber(tokenizer.model.vocab, token)));
  const bos = tokenContent(config["bos_token"]) ?? tokenContent(config["cls_token"]);
  const eos = tokenContent(config["eos_token"]) ?? tokenContent(config["sep_token"]);
  const bosId = idOf(bos);
  const eosId = idOf(eos);
  if (eosId === undefined) throw eosMissing(where);
  const eotId = idOf(tokenContent(config["eot_token"])) ?? TURN_ENDS.map((token) => added.get(token)).find((id) => id !== undefined);
  const fitForPad = (id: number | undefined): id is number => id !== undefined && id !== eosId && id !== eotId && id !== bosId;
  const padId = [idOf(tokenContent(config["pad_token"])), ...PADS.map((token) => added.get(token))].find(fitForPad);
  const addBos = bosId !== undefined && (typeof config["add_bos_token"] === "boolean" ? config["add_bos_token"] : processorAdds(tokenizer.post_processor, "first", bos));
  const addEos = typeof config["add_eos_token"] === "boolean" ? config["add_eos_token"] : processorAdds(tokenizer.post_processor, "last", eos);
  return { bosId, eosId, eotId, padId, sepId: idOf(tokenContent(config["sep_token"])), maskId: idOf(tokenContent(config["mask_token"])), addBos, addEos };
}

/** Whether the post-processor of a tokenizer.json puts `token` in front of a text, or behind it. */
function processorAdds(processor: unknown, place: "first" | "last", token: string | undefined): boolean {
  if (!isFields(processor) || token === undefined) return false;
  if (Array.isArray(processor["processors"])) return processor["processors"].some((inner) => processorAdds(inner, place, token));
  const pair: unknown = processor[place === "first" ? "cls" : "sep"];
  if (Array.isArray(pair)) return pair[0] === token;
  const single = Array.isArray(processor["single"]) ? (processor["single"] as readonly unknown[]) : [];
  const outer = single.at(place === "first" ? 0 : -1);
  return isFields(outer) && isFields(outer["SpecialToken"]) && outer["SpecialToken"]["id"] === token;
}

/** Only own entries count: a token may be called "constructor". */
export function ownNumber(vocab: Readonly<Record<string, number>>, token: string): number | undefined {
  return Object.hasOwn(vocab, token) ? vocab[token] : undefined;
}
