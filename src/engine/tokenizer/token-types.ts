/** `tokenizer.ggml.token_type`. Source: gguf-py/gguf/constants.py, TokenType. */
export const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;
