import { describe, expect, it } from "vitest";
import { createGate } from "./gate.ts";

const gateOf = (places: number, maxWaiting: number) => createGate({ places, maxWaiting, retryAfterSeconds: (waiting) => waiting });

describe("a gate", () => {
  it("lets in as many as it has places, the others in their order", async () => {
    const gate = gateOf(2, 5);
    const order: number[] = [];
    const leaves = await Promise.all([gate.enter(), gate.enter()]);
    const later = [1, 2].map((id) => gate.enter().then((leave) => (order.push(id), leave)));
    expect([gate.inside, gate.waiting]).toEqual([2, 2]);
    leaves[0]!();
    leaves[0]!();
    (await later[0]!)();
    (await later[1]!)();
    leaves[1]!();
    expect({ order, inside: gate.inside, waiting: gate.waiting }).toEqual({ order: [1, 2], inside: 0, waiting: 0 });
  });

  it("turns away who does not fit in the line, with the time to come back", async () => {
    const gate = gateOf(1, 1);
    const leave = await gate.enter();
    const second = gate.enter();
    await expect(gate.enter()).rejects.toMatchObject({ code: "serving.busy", details: { waiting: 1, retry_after_s: 1 } });
    const part = gate.enter(undefined, "expected");
    leave();
    (await second)();
    (await part)();
    expect(gate.inside).toBe(0);
  });

  it("forgets at once who leaves the line", async () => {
    const gate = gateOf(1, 1);
    const leave = await gate.enter();
    const controller = new AbortController();
    const gone = gate.enter(controller.signal);
    controller.abort();
    await expect(gone).rejects.toMatchObject({ code: "serving.cancelled" });
    await expect(gate.enter(controller.signal)).rejects.toMatchObject({ code: "serving.cancelled" });
    expect(gate.waiting).toBe(0);
    leave();
    expect(gate.inside).toBe(0);
  });

  it("turns everybody away once it is closed", async () => {
    const gate = gateOf(1, 1);
    await gate.enter();
    const waiting = gate.enter();
    gate.close();
    await expect(waiting).rejects.toMatchObject({ code: "serving.closed" });
    await expect(gate.enter()).rejects.toMatchObject({ code: "serving.closed" });
  });
});
