// The entry of a child process made by isolate.ts: receives the input, runs the module named on the command line, sends back events and one result.
import { toErrorRecord } from "../../errors.ts";
import type { ChildMessage, IsolatedRun, ParentMessage } from "./isolate.ts";

const controller = new AbortController();
// A terminal sends Ctrl-C to the whole group; the parent decides and sends `cancel`.
process.on("SIGINT", () => {});
process.on("disconnect", () => {
  controller.abort();
  setTimeout(() => process.exit(1), 10_000).unref();
});

process.on("message", (message: ParentMessage<unknown>) => {
  if ("cancel" in message) controller.abort();
  else void work(message.input);
});

async function work(input: unknown): Promise<void> {
  let result: ChildMessage<unknown, unknown>;
  try {
    const module = (await import(process.argv[2] ?? "")) as { run: IsolatedRun<unknown, unknown, unknown> };
    const emit = (event: unknown) => process.connected && process.send?.({ event });
    result = { output: await module.run(input, { emit, signal: controller.signal }) };
  } catch (thrown) {
    result = { error: toErrorRecord(thrown) };
  }
  if (!process.connected) return;
  process.send?.(result, () => process.disconnect());
}
