// Times as Python's datetime pickles them. Source: Lib/datetime.py, `_getstate`.
import { isNode, type PickleValue } from "./value.ts";

/** Content of bytes, or of text that Python 2 or protocol 2 wrote in their place. */
export function bytesOf(value: PickleValue | undefined): Uint8Array | undefined {
  if (isNode(value, "bytes")) return value.content;
  return typeof value === "string" && value.length <= 16 ? Uint8Array.from(value, (letter) => letter.charCodeAt(0)) : undefined;
}

/** `2025-10-18T20:24:18.000123`, without a zone as it is stored without one. */
export function decodeTime(bytes: Uint8Array | undefined): string | undefined {
  if (bytes?.length !== 10) return undefined;
  const [, , , , hour, minute, second, high, middle, low] = bytes;
  const micro = high! * 65536 + middle! * 256 + low!;
  return `${decodeDate(bytes.subarray(0, 4))}T${two(hour!)}:${two(minute!)}:${two(second!)}${micro === 0 ? "" : `.${String(micro).padStart(6, "0")}`}`;
}

export function decodeDate(bytes: Uint8Array | undefined): string | undefined {
  if (bytes?.length !== 4) return undefined;
  const [high, low, month, day] = bytes;
  return `${String(high! * 256 + low!).padStart(4, "0")}-${two(month! & 127)}-${two(day!)}`;
}

/** Seconds of `timedelta(days, seconds, microseconds)`. */
export function decodeDelta(args: readonly PickleValue[]): number | undefined {
  const [days = 0, seconds = 0, micros = 0] = args;
  return typeof days === "number" && typeof seconds === "number" && typeof micros === "number" ? days * 86400 + seconds + micros / 1e6 : undefined;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
