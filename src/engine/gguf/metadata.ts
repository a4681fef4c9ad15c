// Metadata read with the type the caller needs, and built for writing.
import { ggufKeyMissing } from "./errors.ts";
import type { GgufMetadata, GgufNumberType, GgufValue } from "./types.ts";

/** The text under `key`, or undefined. @throws `gguf.key_missing` when it is something else */
export function findText(metadata: GgufMetadata, key: string): string | undefined {
  return find(metadata, key, "text", (value) => (value.type === "string" ? value.value : undefined));
}

/** The number under `key`, or undefined. @throws `gguf.key_missing` when it is something else */
export function findNumber(metadata: GgufMetadata, key: string): number | undefined {
  return find(metadata, key, "a number", (value) => (typeof value.value === "number" ? value.value : undefined));
}

/** The truth value under `key`, or undefined. @throws `gguf.key_missing` when it is something else */
export function findBoolean(metadata: GgufMetadata, key: string): boolean | undefined {
  return find(metadata, key, "true or false", (value) => (value.type === "bool" ? value.value : undefined));
}

/** The number under `key`. @throws `gguf.key_missing` */
export function needNumber(metadata: GgufMetadata, key: string): number {
  const value = findNumber(metadata, key);
  if (value === undefined) throw ggufKeyMissing(key, "a number", "absent");
  return value;
}

/** The text under `key`. @throws `gguf.key_missing` */
export function needText(metadata: GgufMetadata, key: string): string {
  const value = findText(metadata, key);
  if (value === undefined) throw ggufKeyMissing(key, "text", "absent");
  return value;
}

export function ggufText(value: string): GgufValue {
  return { type: "string", value };
}

/** Default type u32. */
export function ggufNumber(value: number, type: GgufNumberType = "u32"): GgufValue {
  return { type, value };
}

export function ggufBoolean(value: boolean): GgufValue {
  return { type: "bool", value };
}

function find<T>(metadata: GgufMetadata, key: string, needed: string, as: (value: GgufValue) => T | undefined): T | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  const found = as(value);
  if (found === undefined) throw ggufKeyMissing(key, needed, value.type === "array" ? `an array of ${value.of}` : value.type);
  return found;
}
