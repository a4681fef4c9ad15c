import { describe, expect, it } from "vitest";
import { readLabels } from "./labels.ts";

const NAMES = ["Trigger", "Casualty", "Weapon"];

describe("readLabels", () => {
  it.each<readonly [unknown, readonly string[]]>([
    ["[1, 0, 1]", ["Trigger", "Weapon"]],
    ["[1 0 0]", ["Trigger"]],
    ["[0. 1. 1.]", ["Casualty", "Weapon"]],
    ["[True, False, False]", ["Trigger"]],
    [[true, false, true], ["Trigger", "Weapon"]],
    [[0n, 1n, 0n], ["Casualty"]],
    ["[0, 0, 0]", []],
    [`['Weapon', "Trigger"]`, ["Weapon", "Trigger"]],
    ["Trigger, Weapon", ["Trigger", "Weapon"]],
    [2, ["Weapon"]],
    ["", []],
    ["none", []],
    [null, []],
  ])("reads %o with the names of the labels", (value, labels) => {
    expect(readLabels(value, "labels", NAMES)).toEqual(labels);
  });

  it.each<readonly [unknown, readonly string[]]>([
    [`["Bob's", "Al's"]`, ["Bob's", "Al's"]],
    [`["Bob's", 'x "y"']`, ["Bob's", 'x "y"']],
    [String.raw`['It\'s', 'a\\b']`, ["It's", String.raw`a\b`]],
    ["['True story', 'None']", ["True story", "None"]],
    ["a;b|c", ["a", "b", "c"]],
    [["a", "a", " b "], ["a", "b"]],
  ])("reads %o without names", (value, labels) => {
    expect(readLabels(value, "labels", undefined)).toEqual(labels);
  });

  it("refuses a label that is none of the names, a class beyond them, and flags without names", () => {
    expect(() => readLabels("Trigger, Wepon", "Basis", NAMES)).toThrow('Basis has "Wepon", needed is one of Trigger, Casualty, Weapon');
    expect(() => readLabels(3, "label", NAMES)).toThrow("label[0] is 3, needed is a class from 0 to 2");
    expect(() => readLabels([1, 0], "labels", undefined)).toThrow("the names of the labels are needed (--label-names)");
    expect(() => readLabels("[1, 0", "labels", NAMES)).toThrow('labels is "[1, 0", needed is a list of labels');
  });
});
