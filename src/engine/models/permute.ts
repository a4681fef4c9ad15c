// llama.cpp rotates neighbouring rows of q and k, Hugging Face rotates row j with row j + headDim/2. So a GGUF holds the rows of every
// head interleaved: its row 2j + s is row s · headDim/2 + j. Source: conversion/llama.py, permute, of the pinned llama.cpp release.
import { architectureOf } from "./architectures.ts";
import type { LlamaConfig } from "./types.ts";

/** For each row of one head in GGUF order, the row it has in Hugging Face order. */
export function headRowOrder(headDim: number): readonly number[] {
  const half = headDim / 2;
  return Array.from({ length: headDim }, (_, row) => (row % 2) * half + Math.floor(row / 2));
}

/** Hugging Face rows → GGUF rows. `rows` holds whole heads; a row may be quantized, its bytes move together. */
export function permuteHeadRows<T extends Uint8Array | Float32Array>(rows: T, rowLength: number, headDim: number): T {
  return moveRows(rows, rowLength, headDim, (gguf, hf) => [gguf, hf]);
}

/** GGUF rows → Hugging Face rows. */
export function unpermuteHeadRows<T extends Uint8Array | Float32Array>(rows: T, rowLength: number, headDim: number): T {
  return moveRows(rows, rowLength, headDim, (gguf, hf) => [hf, gguf]);
}

function moveRows<T extends Uint8Array | Float32Array>(rows: T, rowLength: number, headDim: number, direction: (gguf: number, hf: number) => readonly [to: number, from: number]): T {
  const order = headRowOrder(headDim);
  const moved = rows.slice() as T;
  const rowCount = rows.length / rowLength;
  for (let head = 0; head < rowCount; head += headDim) {
    for (const [gguf, hf] of order.entries()) {
      const [to, from] = direction(head + gguf, head + hf);
      moved.set(rows.subarray(from * rowLength, (from + 1) * rowLength), to * rowLength);
    }
  }
  return moved;
}

/** Whether a weight (by its Hugging Face name) has its rows interleaved in a GGUF. */
export function isRotated(name: string, config: Pick<LlamaConfig, "modelType">): boolean {
  return architectureOf(config).interleaved && /\.self_attn\.[qk]_proj(\.|$)/.test(name);
}
