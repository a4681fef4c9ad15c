import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repairDoubleEncoding, WINDOWS_1252_HIGH } from "./encoding.ts";

/** What a program does that takes UTF-8 for Windows-1252; the decoder of some versions of Node takes it for ISO 8859-1. */
const spoil = (text: string): string => [...Buffer.from(text).toString("latin1")].map((byte) => (/[\u0080-\u009f]/.test(byte) ? WINDOWS_1252_HIGH[byte.charCodeAt(0) - 0x80]! : byte)).join("");

/** Written by scripts/fixtures/write-encodings.py. */
const golden = JSON.parse(readFileSync(new URL("../../../test/fixtures/encodings/golden.json", import.meta.url), "utf8")) as readonly (readonly [string, string])[];

describe("repairDoubleEncoding", () => {
  it("repairs what ftfy repairs, in many scripts, encoded twice and three times, and beside right text", () => {
    expect(golden.length).toBeGreaterThan(90);
    for (const [wrong, right] of golden) expect(repairDoubleEncoding(wrong)).toBe(right);
  });

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

  it("repairs what no right text holds beside text that is right", () => {
    for (const wrong of ["Café au lait à la carte, naïve façade", "“C’était” – dit-il… œuvre", "Köln und Öl", "São Paulo, Ação", "Zażółć jaźń", "Ελληνικά γράμματα", "Съешь же ещё", "漢字かな", "🙂 ok", "20 °C ± 2 µm, 10 €", "x → y ≤ z"]) {
      for (const right of ["Grüße aus „Köln“", "“L’été” à la carte…", "Zażółć", "Съешь", "漢字"]) expect(repairDoubleEncoding(`${right} | ${spoil(wrong)}`)).toBe(`${right} | ${wrong}`);
    }
  });

  it("leaves accents before quotation marks, dashes and signs alone", () => {
    for (const text of ["« désolé…” », “été…”, «\u00a0café\u00a0», voilà\u00a0!", "IRMÃ\u00a0» e MAÇÃ” — ‘SÃO’", "ÜBER “ALLES”, É… À–B, Ä… Ö’s, Å‘", "„Ä“ und „Ö“ und „Ü“", "Ñ‘ñ’ Ð“x", "A naïve â… “x”", "“È’ bello” perchè’…", "DÉJÀ–VU «É»", "«está»—dijo; «está»… «está»”", "À ‘l’été’… ô”"]) expect(repairDoubleEncoding(text)).toBe(text);
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
