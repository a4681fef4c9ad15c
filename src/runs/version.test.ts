import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersionNumbers, nextVersion, parseVersion } from "./version.ts";

describe("nextVersion", () => {
  it.each<[string, readonly string[], boolean, string]>([
    ["begins at v1.0", [], false, "v1.0"],
    ["takes the next minor", ["v1.0", "v1.1"], false, "v1.2"],
    ["counts minors as numbers, not as text", ["v1.9", "v1.10"], false, "v1.11"],
    ["opens a major on demand", ["v1.0", "v1.5"], true, "v2.0"],
    ["goes by the maximum, not by the last line", ["v2.0", "v1.2"], false, "v2.1"],
    ["is not reset by a pre-release name", ["v1.4", "v1.5-retry"], false, "v1.5"],
    ["is not stopped by a pre-release of its top", ["v1.5", "v1.5-retry"], false, "v1.6"],
    ["stays above a pre-release of a later version", ["v1.0", "v3.0-rc1"], false, "v3.0"],
    ["begins with the numbers of a lone pre-release", ["v1.5-retry"], false, "v1.5"],
    ["opens the major that a pre-release announced", ["v2.1", "v3.0-rc1"], true, "v3.0"],
    ["opens a major above a pre-release", ["v1.4", "v1.5-retry"], true, "v2.0"],
    ["passes over the versions of datasets", ["d9.9", "v1.0"], false, "v1.1"],
    ["reads v1 as v1.0", ["v1"], false, "v1.1"],
    ["reads doubled v's", ["vv1.3"], false, "v1.4"],
    ["passes over names that are no versions", ["final", "v1.0"], false, "v1.1"],
  ])("%s", (_, history, major, expected) => {
    expect(nextVersion({ history, major })).toBe(expected);
  });

  it("counts versions known from run records when the history is gone", () => {
    expect(nextVersion({ history: [], known: ["v1.0", null, "v1.1"] })).toBe("v1.2");
  });

  it("is above everything known, whatever that is, and never gives a version twice", () => {
    const version = fc.tuple(fc.nat(30), fc.nat(30), fc.constantFrom("", "-retry", "-rc1")).map(([major, minor, name]) => `v${major}.${minor}${name}`);
    fc.assert(
      fc.property(fc.array(version, { minLength: 1 }), fc.array(version), fc.boolean(), (history, known, major) => {
        const next = parseVersion(nextVersion({ history, known, major }))!;
        for (const text of [...history, ...known]) expect(compareVersionNumbers(parseVersion(text)!, next)).toBeLessThan(0);
      }),
    );
  });

  it("gives the requested version when it is free", () => {
    expect(nextVersion({ history: ["v1.0"], requested: "v2.0" })).toBe("v2.0");
    expect(nextVersion({ history: ["v1.5"], requested: "1.5-retry" })).toBe("v1.5-retry");
  });

  it("refuses a version that was used, however it is spelled", () => {
    expect(() => nextVersion({ history: ["v1"], requested: "v1.0" })).toThrow("Cannot use version v1.0: it belongs to an earlier run");
  });

  it("refuses what is not a version", () => {
    expect(() => nextVersion({ history: [], requested: "newest" })).toThrow('Cannot use version "newest": the form is v<major>.<minor>, with an optional -<name> behind it');
  });
});

describe("parseVersion", () => {
  it("reads major, minor and pre-release", () => {
    expect(parseVersion("v2.5")).toEqual({ major: 2, minor: 5 });
    expect(parseVersion("v1.5-retry")).toEqual({ major: 1, minor: 5, prerelease: "retry" });
    expect(parseVersion("d1.3")).toBeUndefined();
  });
});
