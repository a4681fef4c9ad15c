import type { TextTokenizer } from "../../src/data/index.ts";

const SPECIAL = ["<s>", "</s>", "<|end|>"];

/** A tokenizer of bytes: ids 0–255 are bytes, 256 begins a text, 257 ends it, 258 ends a turn. */
export function byteTokenizer(parts: { readonly chatTemplate?: string; readonly addBos?: boolean } = {}): TextTokenizer {
  const encode = (text: string): number[] => [...new TextEncoder().encode(text)];
  return {
    bosId: 256,
    eosId: 257,
    eotId: 258,
    addBos: parts.addBos ?? true,
    chatTemplate: parts.chatTemplate,
    encode,
    encodeWithSpecial: (text) =>
      text.split(/(<s>|<\/s>|<\|end\|>)/).flatMap((piece) => {
        const special = SPECIAL.indexOf(piece);
        return special === -1 ? encode(piece) : [256 + special];
      }),
    decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids.filter((id) => id < 256))),
    tokenText: (id) => (id < 256 ? String.fromCharCode(id) : SPECIAL[id - 256]!),
  };
}

/** A template in the manner of ChatML that writes a newline after each turn. */
export const TURNS_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}[{{ message.role }}]{{ message.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
