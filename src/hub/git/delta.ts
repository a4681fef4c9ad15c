// A delta makes an object out of another: copies of its ranges, and new bytes (git, Documentation/gitformat-pack "Deltified representation").

/** Sizes of the base and of the result, as the delta promises them. @throws RangeError when it is cut off */
export function parseDeltaSizes(delta: Uint8Array): { readonly baseBytes: number; readonly resultBytes: number; readonly start: number } {
  const base = readVarint(delta, 0);
  const result = readVarint(delta, base.end);
  return { baseBytes: base.value, resultBytes: result.value, start: result.end };
}

/**
 * Applies a delta. The result is allocated once, and only when it is at most `limitBytes`.
 * @throws RangeError when it does not fit the base, promises another size than it makes, or makes more than `limitBytes`
 */
export function applyDelta(base: Uint8Array, delta: Uint8Array, limitBytes: number): Uint8Array {
  const { baseBytes, resultBytes, start } = parseDeltaSizes(delta);
  if (baseBytes !== base.byteLength) throw new RangeError(`the delta is for a base of ${baseBytes} bytes, the base has ${base.byteLength}`);
  if (resultBytes > limitBytes) throw new RangeError(`the delta makes ${resultBytes} bytes, at most ${limitBytes} are allowed`);
  if (measure(delta, start, base.byteLength) !== resultBytes) throw new RangeError(`the delta does not make the ${resultBytes} bytes it promises`);
  const result = new Uint8Array(resultBytes);
  let filled = 0;
  for (let at = start; at < delta.byteLength; ) {
    const step = readStep(delta, at);
    const from = step.kind === "copy" ? base : delta;
    result.set(from.subarray(step.offset, step.offset + step.length), filled);
    filled += step.length;
    at = step.end;
  }
  return result;
}

interface Step {
  readonly kind: "copy" | "insert";
  readonly offset: number;
  readonly length: number;
  readonly end: number;
}

/** How many bytes the steps make; nothing is allocated for a delta whose promise they do not keep. */
function measure(delta: Uint8Array, start: number, baseBytes: number): number {
  let total = 0;
  for (let at = start; at < delta.byteLength; ) {
    const step = readStep(delta, at);
    const available = step.kind === "copy" ? baseBytes : delta.byteLength;
    if (step.offset + step.length > available || step.end > delta.byteLength) throw new RangeError(`the delta reads past the end of its ${step.kind === "copy" ? "base" : "bytes"}`);
    total += step.length;
    at = step.end;
  }
  return total;
}

/** A first byte above 127 is a copy whose bits say which bytes of offset and size follow; 1–127 counts new bytes; 0 is reserved. */
function readStep(delta: Uint8Array, at: number): Step {
  const code = delta[at]!;
  if (code === 0) throw new RangeError("the delta holds a reserved instruction");
  if (code < 0x80) return { kind: "insert", offset: at + 1, length: code, end: at + 1 + code };
  let end = at + 1;
  let offset = 0;
  let length = 0;
  for (let index = 0; index < 4; index++) if ((code & (1 << index)) !== 0) offset += (delta[end++] ?? 0) * 2 ** (8 * index);
  for (let index = 0; index < 3; index++) if ((code & (0x10 << index)) !== 0) length += (delta[end++] ?? 0) * 2 ** (8 * index);
  return { kind: "copy", offset, length: length === 0 ? 0x10000 : length, end };
}

function readVarint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 7; index++) {
    const byte = bytes[from + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: from + index + 1 };
  }
  throw new RangeError("the delta has no sizes");
}
