import { expect, it } from "vitest";
import type { Act } from "../../../test/helpers/isolated-worker.ts";
import { TunesmithError } from "../../errors.ts";
import { runIsolated, siblingModule, type IsolateOptions } from "./isolate.ts";

const WORKER = new URL("../../../test/helpers/isolated-worker.ts", import.meta.url).href;

const act = (name: Act, options: Partial<IsolateOptions<never>> = {}, value?: unknown) =>
  runIsolated<{ act: Act; value: unknown }, never, unknown>(WORKER, { act: name, value }, { what: "The test", ...options });

async function errorOf(work: Promise<unknown>): Promise<TunesmithError> {
  const thrown: unknown = await work.then(() => undefined, (error: unknown) => error);
  expect(thrown).toBeInstanceOf(TunesmithError);
  return thrown as TunesmithError;
}

it("hands values over and back as they are, typed arrays too", async () => {
  const value = { rows: Float32Array.of(1, -0, Number.NaN), map: new Map([["a", 2n]]) };
  expect(await act("echo", {}, value)).toEqual(value);
});

it("turns an assertion in native code into an error with its last words, and this process lives on", async () => {
  const error = await errorOf(act("abort"));
  expect(error).toMatchObject({ code: "engine.crashed", details: { how: "SIGABRT" } });
  expect(error.message).toMatch(/^The test .*SIGABRT/);
  expect(error.message).toContain("GGML_ASSERT(ggml_can_mul_mat(a, b)) failed");
});

it("throws what the child threw, with code, hint, details and exit code", async () => {
  expect(await errorOf(act("throw"))).toMatchObject({ code: "test.refused", message: "Cannot do it: 1 is 2", hint: "Try 3.", details: { rows: [4] }, exitCode: 2 });
  expect(await errorOf(act("fail"))).toMatchObject({ code: "internal", message: expect.stringContaining("internal: out of range") as string });
});

it("reports a child that ends without an answer", async () => {
  expect((await errorOf(act("exit"))).message).toMatch(/exit code 3\nlast words/);
});

it("reports a module that is not there", async () => {
  const missing = siblingModule(import.meta.url, "./missing");
  expect(await errorOf(runIsolated(missing, {}, { what: "The test" }))).toMatchObject({ code: "internal", message: expect.stringContaining("missing.ts") as string });
});

it("asks the child to stop when the signal is aborted, before or during the work", async () => {
  expect(await act("wait", { signal: AbortSignal.abort() })).toBe("stopped");
  const stop = new AbortController();
  let heard = 0;
  const onEvent = () => {
    heard += 1;
    if (heard === 3) stop.abort();
  };
  expect(await act("count", { signal: stop.signal, onEvent })).toBe("stopped");
  expect(heard).toBeGreaterThanOrEqual(3);
});

it("throws what the receiver of an event threw, and ends the child", async () => {
  let child: number | undefined;
  const onEvent = (event: { readonly pid: number }) => {
    child = event.pid;
    throw new RangeError("the disk is full");
  };
  await expect(act("count", { onEvent })).rejects.toThrow("the disk is full");
  await expect.poll(() => isAlive(child ?? 0)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
