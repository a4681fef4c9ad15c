import { describe, expect, it } from "vitest";
import { followMoves, orderMoves } from "./moves.ts";

describe("moves", () => {
  it("swaps two names through a third", () => {
    const ordered = orderMoves([{ from: "A", to: "B" }, { from: "B", to: "A" }]);
    expect(ordered).toHaveLength(3);
    expect([followMoves(ordered, "A/x"), followMoves(ordered, "B/x")]).toEqual(["B/x", "A/x"]);
  });

  it("goes through a third name when only the case changes", () => {
    expect(orderMoves([{ from: "Last", to: "last" }])).toEqual([{ from: "Last", to: "Last.migrating" }, { from: "Last.migrating", to: "last" }]);
  });
});
