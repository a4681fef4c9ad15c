import { describe, expect, it } from "vitest";
import { createTextStream } from "./text-stream.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function feed(pieces: readonly Uint8Array[], stop?: readonly string[]) {
  const sent: string[] = [];
  const stream = createTextStream(stop, (piece) => sent.push(piece));
  const stopped = pieces.map((piece) => stream.push(piece));
  stream.end();
  return { sent, text: stream.text, stopped };
}

describe("a text stream", () => {
  it("sends a character when its last byte has come", () => {
    const euro = bytes("€");
    expect(feed([euro.subarray(0, 1), euro.subarray(1, 2), euro.subarray(2)]).sent).toEqual(["€"]);
  });

  it("turns bytes that never become a character into the replacement character", () => {
    expect(feed([bytes("a"), bytes("€").subarray(0, 2)])).toMatchObject({ sent: ["a", "\ufffd"], text: "a\ufffd" });
  });

  it("cuts at a stop text that came in pieces", () => {
    expect(feed([bytes("one\n"), bytes("#"), bytes("## two")], ["\n###"])).toEqual({ sent: ["one"], text: "one", stopped: [false, false, true] });
  });

  it("lets out what only looked like a stop text", () => {
    expect(feed([bytes("a##"), bytes("b")], ["###"])).toMatchObject({ sent: ["a", "##b"], text: "a##b" });
    expect(feed([bytes("a##")], ["###"])).toMatchObject({ sent: ["a", "##"], text: "a##" });
  });

  it("takes the earliest of several stop texts and ignores empty ones", () => {
    expect(feed([bytes("abcdef")], ["", "ef", "cd"]).text).toBe("ab");
  });

  it("keeps what was held back out of the text after a stop", () => {
    expect(feed([bytes("xab"), bytes("abc")], ["abc"])).toMatchObject({ text: "xab", sent: ["x", "ab"] });
  });
});
