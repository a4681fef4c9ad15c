// LZ4 frames, decoded into memory of a known size. Whatever the bytes say, nothing is allocated and nothing is written outside of it.
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md, lz4_Block_format.md
const MAGIC = 0x184d2204;
const SHORT = 24;

/**
 * Fills `output` exactly with the content of one frame. Its checksums are passed over: whoever calls holds a hash of the content.
 * @throws SyntaxError for what is no frame, damaged, or has another size
 */
export function decodeLz4Frame(input: Uint8Array, output: Uint8Array): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.byteLength < 7 || view.getUint32(0, true) !== MAGIC) throw new SyntaxError("it is no LZ4 frame");
  const flags = input[4]!;
  if (flags >>> 6 !== 1) throw new SyntaxError("its LZ4 frame is of an unknown version");
  const [hasBlockChecksums, hasSize, hasDictionary] = [(flags & 0x10) !== 0, (flags & 0x08) !== 0, (flags & 0x01) !== 0];
  if (hasDictionary) throw new SyntaxError("its LZ4 frame needs a dictionary");
  let at = 4 + 2 + (hasSize ? 8 : 0) + 1;
  let written = 0;
  for (;;) {
    if (at + 4 > input.byteLength) throw new SyntaxError("its LZ4 frame is cut off");
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    if (at + length > input.byteLength) throw new SyntaxError("its LZ4 frame is cut off");
    const isRaw = word >>> 31 === 1;
    if (isRaw) {
      if (written + length > output.byteLength) throw tooLarge();
      output.set(input.subarray(at, at + length), written);
      written += length;
    } else {
      written = decodeBlock(input, at, at + length, output, written);
    }
    at += length + (hasBlockChecksums ? 4 : 0);
  }
  if (written !== output.byteLength) throw new SyntaxError(`its LZ4 frame has ${written} bytes of content, ${output.byteLength} were announced`);
}

/** @returns where `output` is filled up to; a match may reach back into earlier blocks */
function decodeBlock(input: Uint8Array, start: number, end: number, output: Uint8Array, from: number): number {
  let at = start;
  let written = from;
  while (at < end) {
    const token = input[at++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at >= end) throw cutOff();
        more = input[at++]!;
      }
    }
    if (at + literals > end) throw cutOff();
    if (written + literals > output.byteLength) throw tooLarge();
    if (literals < SHORT) {
      const stop = at + literals;
      while (at < stop) output[written++] = input[at++]!;
    } else {
      output.set(input.subarray(at, at + literals), written);
      at += literals;
      written += literals;
    }
    if (at === end) return written;
    if (at + 2 > end) throw cutOff();
    const distance = input[at]! | (input[at + 1]! << 8);
    at += 2;
    if (distance === 0 || distance > written) throw new SyntaxError("its LZ4 block refers to bytes before its content");
    let length = (token & 15) + 4;
    if (length === 19) {
      for (let more = 255; more === 255; length += more) {
        if (at >= end) throw cutOff();
        more = input[at++]!;
      }
    }
    if (written + length > output.byteLength) throw tooLarge();
    written = repeat(output, written, distance, length);
  }
  throw cutOff();
}

/** Copies `length` bytes from `distance` back; what is copied may be part of what is written. */
function repeat(output: Uint8Array, from: number, distance: number, length: number): number {
  const end = from + length;
  if (length < SHORT) {
    for (let at = from; at < end; at += 1) output[at] = output[at - distance]!;
    return end;
  }
  if (distance === 1) {
    output.fill(output[from - 1]!, from, end);
    return end;
  }
  // Every copy doubles what is there to be copied.
  for (let at = from; at < end; ) {
    const count = Math.min(at - from + distance, end - at);
    output.copyWithin(at, from - distance, from - distance + count);
    at += count;
  }
  return end;
}

function cutOff(): SyntaxError {
  return new SyntaxError("its LZ4 block is cut off");
}

function tooLarge(): SyntaxError {
  return new SyntaxError("its LZ4 content is larger than announced");
}
