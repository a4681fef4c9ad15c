import { describe, expect, it } from "vitest";
import { parseEntities } from "./entity-parse.ts";
import { parseLabels } from "./label-parse.ts";

const texts = (answer: string) => parseEntities(answer)?.map(({ text }) => text);

describe("parseEntities", () => {
  it.each([
    ["- penile pain\n- impotence", ["penile pain", "impotence"]],
    ["* a\n• b\n1. c\n2) d", ["a", "b", "c", "d"]],
    ["Here is the list:\n\n- aspirin\n- aspirin", ["aspirin", "aspirin"]],
    ["- 5-fluorouracil\r\n- beta-blocker ", ["5-fluorouracil", "beta-blocker"]],
    ["- heparin | bleeding\n- chemical heparin influences disease stroke.", ["heparin | bleeding", "heparin | stroke"]],
    ['["aspirin", "warfarin"]', ["aspirin", "warfarin"]],
    ['```json\n["aspirin"]\n```', ["aspirin"]],
  ])("reads %j", (answer, expected) => {
    expect(texts(answer)).toEqual(expected);
  });

  it("reads typed entities, with their places where they are given", () => {
    expect(parseEntities('{"entities":[{"type":"Chemical","text":"lisinopril","start":4,"end":14},{"label":"Disease","name":"cough"}]}')).toEqual([
      { type: "Chemical", text: "lisinopril", start: 4, end: 14 },
      { type: "Disease", text: "cough" },
    ]);
    expect(parseEntities('{"Chemical":["lisinopril"],"Disease":[]}')).toEqual([{ type: "Chemical", text: "lisinopril" }]);
  });

  it("joins the sides of a relation", () => {
    expect(parseEntities('[{"head":"heparin","relation":"causes","tail":"bleeding"}]')).toEqual([{ type: "causes", text: "heparin | bleeding" }]);
  });

  it("gives the type it is told to entities that name none", () => {
    expect(parseEntities("- aspirin", "chemicals")).toEqual([{ type: "chemicals", text: "aspirin" }]);
    expect(parseEntities('["aspirin"]', "chemicals")).toEqual([{ type: "chemicals", text: "aspirin" }]);
  });

  it.each(["", " \n", "None", "none.", "- none", "[]", '{"entities":[]}', "N/A"])("takes %j for an answer that names nothing", (answer) => {
    expect(parseEntities(answer)).toEqual([]);
  });

  it.each(["The patient takes aspirin.", '{"entities":[{"type":"Chemi', '["aspirin", 3]', '{"entities":"aspirin"}', '[{"type":"Chemical"}]', "-aspirin"])("cannot read %j", (answer) => {
    expect(parseEntities(answer)).toBeUndefined();
  });
});

describe("parseLabels", () => {
  const labels = ["Trigger", "Casualty", "Weapon"];

  it.each([
    ["Trigger, weapon", ["Trigger", "Weapon"]],
    ["- casualty\n- Weapon", ["Casualty", "Weapon"]],
    ['["Trigger","Vehicle"]', ["Trigger", "Vehicle"]],
    ["[1, 0, 1]", ["Trigger", "Weapon"]],
    ["none", []],
    ["", []],
  ])("reads %j", (answer, expected) => {
    expect(parseLabels(answer, labels)).toEqual(expected);
  });

  it.each(["[1, 0]", '["Trigger"', "[0.5, 0, 1]"])("cannot read %j", (answer) => {
    expect(parseLabels(answer, labels)).toBeUndefined();
  });
});
