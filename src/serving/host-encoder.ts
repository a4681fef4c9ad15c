// A BERT in the model process: one with a single label ranks documents, any other embeds texts.
import { join } from "node:path";
import { openEncoder, openEncoderSource } from "../engine/models/index.ts";
import { isDirectory, isFile, listDirectory, statFile } from "../files/index.ts";
import { fieldUnsupported, noModel } from "./errors.ts";
import type { EmbedInput, HostAsk, HostInfo, ModelHostOptions } from "./host-messages.ts";

/** @throws `files.missing`, `models.*`, `gguf.*`, `safetensors.*`, `onnx.*`, `tokenizer.*` */
export function openBert({ modelPath, threads }: ModelHostOptions) {
  const encoder = openEncoder(modelPath, { threads });
  const { config } = encoder;
  const ranks = config.labels.length === 1;
  const info: HostInfo = {
    architecture: "bert",
    name: "",
    parameterCount: countParameters(modelPath),
    sizeBytes: sizeOf(modelPath),
    trainContextLength: config.contextLength,
    contextLength: config.contextLength,
    vocabSize: config.vocabSize,
    addBos: false,
    metadata: new Map(),
    parallel: 1,
    tasks: [ranks ? "rerank" : "embed"],
  };
  const sum = (counted: readonly { readonly tokens: number }[]) => counted.reduce((total, { tokens }) => total + tokens, 0);
  return {
    info,
    async answer(ask: HostAsk, { signal }: { readonly signal?: AbortSignal } = {}) {
      if (ask.kind === "embed" && !ranks) {
        const embedded = await encoder.embed(ask.texts.map(textOnly), { signal });
        return { vectors: embedded.map(({ values }) => values), tokens: sum(embedded) };
      }
      if (ask.kind === "rank" && ranks) {
        const scored = await encoder.score(ask.query, ask.documents, { truncate: true, signal });
        return { scores: scored.map(({ logits }) => logits[0]!), tokens: sum(scored) };
      }
      throw noModel(ask.kind === "rank" ? "rerank" : ask.kind === "embed" ? "embed" : "generate", undefined);
    },
  };
}

/** @throws `serving.field_unsupported` for token ids */
function textOnly(input: EmbedInput): string {
  if (typeof input !== "string") throw fieldUnsupported("input", input, "texts");
  return input;
}

function countParameters(path: string): number {
  const source = openEncoderSource(path);
  source.close();
  return source.names.reduce((total, name) => total + source.info(name).shape.reduce((product, size) => product * size, 1), 0);
}

function sizeOf(path: string): number {
  const weights = isDirectory(path) ? listDirectory(path).files.filter((name) => name.endsWith(".safetensors")) : [];
  const files = isDirectory(path) ? (weights.length > 0 ? weights : ["model.onnx", join("onnx", "model.onnx")]).map((name) => join(path, name)).filter(isFile) : [path];
  return files.reduce((total, file) => total + statFile(file).sizeBytes, 0);
}
