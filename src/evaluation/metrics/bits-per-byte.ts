/** What a stored bits-per-byte number means. */
export const BITS_PER_BYTE_SIGNATURE = "bits_per_byte|utf8_bytes_of_answers|teacher_forced|end_token:scored|aggregate:sum/sum";

/**
 * Bits the model needs for each UTF-8 byte of the scored text: `nll` (nats, summed) / ln 2 / `bytes`. Unlike perplexity it compares models
 * with different tokenizers. The end token's likelihood is counted, its text is not. NaN when there are no bytes.
 */
export function bitsPerByte(nll: number, bytes: number): number {
  return nll / Math.LN2 / bytes;
}
