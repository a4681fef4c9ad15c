import { describe, expect, it } from "vitest";
import { createFollow, orderMoves } from "./moves.ts";

describe("moves", () => {
  it("swaps two names through a third", () => {
    const ordered = orderMoves([{ from: "A", to: "B" }, { from: "B", to: "A" }]);
    expect(ordered).toHaveLength(3);
    expect(["A/x", "B/x"].map((path) => createFollow(ordered)(path))).toEqual(["B/x", "A/x"]);
  });

  it("are followed in their order, from any of them on", () => {
    const follow = createFollow([{ from: "a/b", to: "c" }, { from: "a", to: "d" }, { from: "d/e", to: "f" }]);
    expect(["a/b/x", "a/x", "a/e/x", "ab"].map((path) => follow(path))).toEqual(["c/x", "d/x", "f/x", "ab"]);
    expect(follow("a/b/x", 1)).toBe("d/b/x");
  });

  it("goes through a third name when only the case changes", () => {
    expect(orderMoves([{ from: "Last", to: "last" }])).toEqual([{ from: "Last", to: "Last.migrating" }, { from: "Last.migrating", to: "last" }]);
  });
});
