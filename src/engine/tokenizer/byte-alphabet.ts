// Byte-level BPE writes every byte as one printable character: 188 stand for themselves, the other 68 for U+0100 onwards.
// Source: bytes_to_unicode in openai/gpt-2, src/encoder.py.

const isPrintable = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isPrintable(byte));

/** The character of each byte. */
export const BYTE_CHARACTERS: readonly string[] = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : 256 + others.indexOf(byte)));

const bytesByCharacter = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** The bytes a byte-level token stands for, or undefined when it is not written in the byte alphabet. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = Array.from(token, (character) => bytesByCharacter.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : undefined;
}
