// A module for tests of child processes: does what its input names.
import { writeSync } from "node:fs";
import { loadNative, type IsolatedContext } from "../../src/engine/ffi/index.ts";
import { TunesmithError } from "../../src/errors.ts";

export type Act = "echo" | "abort" | "throw" | "fail" | "exit" | "wait" | "count";

export async function run({ act, value }: { readonly act: Act; readonly value?: unknown }, context: IsolatedContext<unknown>): Promise<unknown> {
  if (act === "echo") return value;
  if (act === "abort") return multiplyWrongShapes();
  if (act === "throw") throw new TunesmithError({ code: "test.refused", message: "Cannot do it: 1 is 2", hint: "Try 3.", details: { rows: [4] }, exitCode: 2 });
  if (act === "fail") throw new RangeError("internal: out of range");
  if (act === "exit") {
    writeSync(2, "last words\n");
    process.exit(3);
  }
  for (let count = 1; ; count += 1) {
    if (act === "count") context.emit({ count, pid: process.pid });
    if (context.signal.aborted) return "stopped";
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** ggml asserts that the inner dimensions of a product agree, and ends the process when they do not. */
function multiplyWrongShapes(): void {
  const { ggml } = loadNative();
  const ctx = ggml.init({ mem_size: 1 << 16, mem_buffer: null, no_alloc: true });
  const [a, b] = [ggml.new_tensor_2d(ctx, 0, 32, 4), ggml.new_tensor_2d(ctx, 0, 48, 4)];
  ggml.mul_mat(ctx, a, b);
}
