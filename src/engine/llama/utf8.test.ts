import fc from "fast-check";
import { expect, it } from "vitest";
import { followUtf8, WHOLE } from "./utf8.ts";

it("follows any text, cut anywhere", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (text, place) => {
      const bytes = new TextEncoder().encode(text);
      const cut = bytes.length === 0 ? 0 : place % bytes.length;
      const between = followUtf8(WHOLE, bytes.subarray(0, cut));
      expect(followUtf8(between!, bytes.subarray(cut))).toMatchObject({ missing: 0 });
    }),
  );
});

it("refuses exactly the bytes that a strict decoder refuses", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const byte = fc.constantFrom(0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5 }).chain((some) => fc.tuple(fc.constant(some), fc.array(byte, { maxLength: 5 }))), ([some, more]) => {
      const bytes = Uint8Array.from([...some.subarray(0, 1), ...more]);
      let decodes = true;
      try {
        decoder.decode(bytes);
      } catch {
        decodes = false;
      }
      expect(followUtf8(WHOLE, bytes)?.missing === 0).toBe(decodes);
    }),
    { numRuns: 2000 },
  );
});
