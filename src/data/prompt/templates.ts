// Chat templates by name, for models that bring none. The wording of turns is fixed by what models were trained with.

export const TEMPLATE_NAMES = ["chatml", "llama3"] as const;

export type TemplateName = (typeof TEMPLATE_NAMES)[number];

export interface NamedTemplate {
  /** Jinja. */
  readonly source: string;
  /** Special tokens a vocabulary must have. */
  readonly needs: readonly string[];
  readonly endOfTurn: string;
}

/** Source: ChatML of OpenAI as transformers' documentation gives it; model card of Llama 3, "Prompt format". */
export const NAMED_TEMPLATES: Readonly<Record<TemplateName, NamedTemplate>> = {
  chatml: {
    source:
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    needs: ["<|im_start|>", "<|im_end|>"],
    endOfTurn: "<|im_end|>",
  },
  llama3: {
    source:
      "{{ bos_token }}{% for message in messages %}" +
      "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
    needs: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    endOfTurn: "<|eot_id|>",
  },
};

export function isTemplateName(word: string): word is TemplateName {
  return (TEMPLATE_NAMES as readonly string[]).includes(word);
}
