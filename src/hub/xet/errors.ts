import { TunesmithError } from "../../errors.ts";

export function hashInvalid(text: string): TunesmithError {
  return new TunesmithError({ code: "xet.hash_invalid", message: `Cannot use ${JSON.stringify(text.slice(0, 80))} as a hash: it has not the form of one`, hint: "Give 64 lower-case hexadecimal digits." });
}

export function xorbInvalid(reason: string): TunesmithError {
  return new TunesmithError({ code: "xet.xorb_invalid", message: `Cannot store the xorb: ${reason}`, hint: "Check the client: nothing of it was kept." });
}

export function xorbHashMismatch(hash: string, found: string): TunesmithError {
  return new TunesmithError({ code: "xet.hash_mismatch", message: `Cannot store xorb ${hash}: the chunks that came have the hash ${found}`, hint: "Upload it again.", details: { hash, found } });
}

export function xorbMissing(hash: string): TunesmithError {
  return new TunesmithError({ code: "xet.xorb_missing", message: `Cannot use xorb ${hash}: the hub has none of this hash`, hint: "Upload the file anew; delete the client's Xet cache if that does not help.", details: { hash } });
}

export function shardInvalid(reason: string): TunesmithError {
  return new TunesmithError({ code: "xet.shard_invalid", message: `Cannot accept the shard: ${reason}`, hint: "Check the client: nothing of it was kept." });
}

export function fileUnknown(hash: string): TunesmithError {
  return new TunesmithError({ code: "xet.file_missing", message: `Cannot read file ${hash}: the hub has none of this hash`, hint: "Upload it first.", details: { hash } });
}

export function tokenRefused(reason: string): TunesmithError {
  return new TunesmithError({ code: "xet.token_refused", message: `Cannot use the storage token: ${reason}`, hint: "Ask the hub for a new one." });
}

export function scopeTooNarrow(needed: string): TunesmithError {
  return new TunesmithError({ code: "xet.scope_too_narrow", message: `Cannot use the storage token: it may not ${needed}`, hint: `Ask the hub for a token that may ${needed}.` });
}
