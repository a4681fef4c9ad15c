// Models named in words of a directory: `receipts-dbnet-fpn_decoder-resnet34`. Whole words only (the seeds searched substrings of the whole
// path, so a folder `companies` was an architecture `pan`), and two different answers are none.
import type { CheckpointClaims } from "../sidecars/claims.ts";
import { present } from "../sidecars/claims.ts";

const ARCHITECTURES: ReadonlySet<string> = new Set(["dbnet", "dbnetpp", "craft", "psenet", "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi3", "bert"]);
const ENCODERS = /^(?:resnet(?:18|34|50|101|152)|mobilenetv3_(?:small_050|small_075|large_100)|efficientnet_(?:b[0-7]|v2_[sml])|vgg16_bn)$/;
const DECODERS = /^(?:unet|pan_decoder|fpn_decoder|dbpp_decoder|dbnetpp_decoder|craft_decoder)$/;

/** Reads `-`-separated words, each with an optional counter behind it (`mobilenetv3_small_050_33`). */
export function readModelWords(text: string): Pick<CheckpointClaims, "architecture" | "encoder" | "decoder"> {
  const words = text.toLowerCase().split("-").map((word) => (ENCODERS.test(word) ? word : word.replace(/_\d+$/, "")));
  return pick(words);
}

/** Reads words that `_` may separate too (`pan_resnet18_no_polygons`): only names of encoders are told apart there. */
export function readLooseModelWords(text: string): Pick<CheckpointClaims, "architecture" | "encoder" | "decoder"> {
  const strict = readModelWords(text);
  if (strict.encoder !== undefined) return strict;
  const found = text.toLowerCase().match(/(?<![a-z0-9])(?:resnet(?:18|34|50|101|152)|mobilenetv3_(?:small_050|small_075|large_100)|efficientnet_(?:b[0-7]|v2_[sml])|vgg16_bn)(?![a-z0-9])/g) ?? [];
  return present({ ...strict, encoder: theOne(found) });
}

function pick(words: readonly string[]): Pick<CheckpointClaims, "architecture" | "encoder" | "decoder"> {
  return present({
    architecture: theOne(words.filter((word) => ARCHITECTURES.has(word))),
    encoder: theOne(words.filter((word) => ENCODERS.test(word))),
    decoder: theOne(words.filter((word) => DECODERS.test(word))),
  });
}

function theOne(words: readonly string[]): string | undefined {
  return new Set(words).size === 1 ? words[0] : undefined;
}
