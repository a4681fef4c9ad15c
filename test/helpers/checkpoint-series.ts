// Checkpoints of a training as safetensors files, without a training: weights that an optimizer moves by steps of about its learning rate.
import { createRandom } from "../../src/random.ts";

export interface SeriesOptions {
  readonly count: number;
  readonly dtype: "F32" | "BF16";
  readonly learningRate: number;
  readonly rows?: number;
}

/** Three tensors; the metadata of the header is longer in some, so that the tensors do not stand at the same places. */
export function makeCheckpoints({ count, dtype, learningRate, rows = 40 }: SeriesOptions): readonly Uint8Array[] {
  const { next: random } = createRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const shapes = { "a.weight": [rows, 64], "b.weight": [rows, 33], "c.bias": [7] } as const;
  const weights = Object.values(shapes).map((shape) => Float32Array.from({ length: shape.reduce<number>((product, size) => product * size, 1) }, () => 0.02 * normal()));
  return Array.from({ length: count }, (_, step) => {
    if (step > 0) for (const tensor of weights) tensor.forEach((value, index) => (tensor[index] = value + learningRate * Math.tanh(normal())));
    return encode(shapes, weights, dtype, "x".repeat(step % 3));
  });
}

function encode(shapes: Readonly<Record<string, readonly number[]>>, weights: readonly Float32Array[], dtype: "F32" | "BF16", note: string): Uint8Array {
  const bodies = weights.map((values) => (dtype === "F32" ? new Uint8Array(values.slice().buffer) : new Uint8Array(Uint16Array.from(new Uint32Array(values.slice().buffer), (bits) => (bits + 0x8000) >>> 16).buffer)));
  let at = 0;
  const entries = Object.entries(shapes).map(([name, shape], index) => {
    const begin = at;
    at += bodies[index]!.byteLength;
    return [name, { dtype, shape, data_offsets: [begin, at] }] as const;
  });
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { format: "pt", note }, ...Object.fromEntries(entries) }));
  const length = new Uint8Array(new BigUint64Array([BigInt(header.byteLength)]).buffer);
  return Buffer.concat([length, header, ...bodies]);
}
