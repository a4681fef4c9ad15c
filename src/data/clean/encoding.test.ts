import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repairDoubleEncoding } from "./encoding.ts";

/** What a program does that takes UTF-8 for Windows-1252. */
const spoil = (text: string): string => new TextDecoder("windows-1252").decode(new TextEncoder().encode(text));

describe("repairDoubleEncoding", () => {
  it.each([
    ["Caf\u00c3\u00a9 au lait", "Café au lait"],
    ["â€œquotedâ€\u009d and â€“ dashed", "“quoted” and – dashed"],
    ["ðŸ™‚", "🙂"],
    ["naÃƒÂ¯ve", "naïve"],
    ["Ã\u00a0 la carte", "à la carte"],
  ])("turns %j into %j", (broken, text) => {
    expect(repairDoubleEncoding(broken)).toBe(text);
  });

  it("leaves text alone that is right, also with umlauts, in other scripts, and with a lone Ã", () => {
    for (const text of ["Grüße aus Köln", "漢字 かな", "Ã", "São Paulo, Ação, L’été", "5 µm ± 2 °C", "“Œuvre” — très chic", "„Spaß“", "Spaß“", "", "Übung macht den Meister”…"]) expect(repairDoubleEncoding(text)).toBe(text);
  });

  it("gives back whatever was spoiled once or twice", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z äöüßéèñçøłżдя漢字🙂“”–]{0,30}$/u), (text) => {
        fc.pre(repairDoubleEncoding(text) === text);
        expect(repairDoubleEncoding(spoil(text))).toBe(text);
        expect(repairDoubleEncoding(spoil(spoil(text)))).toBe(text);
      }),
    );
  });
});
