import { describe, expect, it } from "vitest";
import { ENTITIES_INSTRUCTION, readSpans, writeEntities } from "../read/entities.ts";
import type { Row } from "../row.ts";
import { createCleaner } from "./cleaner.ts";

const row = (input: string, spans: readonly (readonly [number, number, string])[]): Row => {
  const entities = readSpans(spans, input, "spans");
  return { id: "a", instruction: ENTITIES_INSTRUCTION, input, output: writeEntities(entities), entities };
};

describe("entities of a text that is cleaned", () => {
  it("move with the text, and the answer lists them as they are now", () => {
    const clean = createCleaner().clean(row("  Took &quot;aspirin&quot;   for 😀  head  ache", [[13, 20, "Chemical"], [36, 46, "Disease"]]));
    expect(clean.input).toBe('Took "aspirin" for 😀 head ache');
    expect(clean.entities).toEqual([{ type: "Chemical", text: "aspirin", start: 6, end: 13 }, { type: "Disease", text: "head ache", start: 21, end: 30 }]);
    expect(JSON.parse(clean.output)).toEqual({ entities: [{ type: "Chemical", text: "aspirin" }, { type: "Disease", text: "head ache" }] });
  });

  it("keep the place of a name that stands there twice", () => {
    const clean = createCleaner().clean(row("a cold  day, a cold", [[15, 19, "Disease"]]));
    expect(clean.entities).toEqual([{ type: "Disease", text: "cold", start: 14, end: 18 }]);
  });

  it("are gone when their text is", () => {
    const clean = createCleaner().clean(row("Write to me@x.org now", [[9, 17, "Address"]]));
    expect(clean).toMatchObject({ input: "Write to now", entities: [], output: '{"entities":[]}' });
  });

  it("are found by their text where no place can be told", () => {
    const clean = createCleaner(["repair_encoding"]).clean(row("Le cafÃ© noir", [[3, 8, "Drink"]]));
    expect(clean.entities).toEqual([{ type: "Drink", text: "café", start: 3, end: 7 }]);
  });
});
