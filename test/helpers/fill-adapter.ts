import type { Optimizer } from "../../src/engine/ggml/index.ts";
import { normalStream, randomStream } from "../../src/engine/models/random.ts";

/** Gives every parameter seeded normal values: a fresh adapter has B = 0, and A no gradient. */
export function fillAdapter(optimizer: Optimizer, deviation: number, seed = 1): void {
  optimizer.writeValues(
    new Map(
      [...optimizer.readValues()].map(([name, values]) => {
        const normal = normalStream(randomStream(seed, "adapter", name));
        return [name, values.map(() => deviation * normal())] as const;
      }),
    ),
  );
}
