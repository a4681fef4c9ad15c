// The elements of a JSON list, or of the one list of an object, cut out of a text that comes in pieces. Brackets and quotation marks are counted, values
// are not looked into: a broken element does not hide the next. Source: RFC 8259.

/** The text of one element. */
export interface ListElement {
  /** From 1. */
  readonly row: number;
  /** Its first line, from 1. */
  readonly line: number;
  readonly text: string;
  /** False for what the text ends in. */
  readonly isWhole: boolean;
}

export interface ListCutter {
  /** The elements that end in the next piece. */
  add(piece: string): readonly ListElement[];
  /** What is left when there are no more pieces. */
  end(): readonly ListElement[];
  /** Characters of the element that has begun. */
  readonly held: number;
  /** What the text is, once it has begun. `other`: neither a list nor an object. */
  readonly kind: "list" | "object" | "other" | undefined;
  /** Names of the lists of an object; only the first is cut. */
  readonly lists: readonly string[];
  /** Whether what has come so far is an object that has not ended, outside the list that is cut. */
  readonly isOpen: boolean;
  /** The line of what follows the end of the list or object; undefined where nothing does. */
  readonly trailing: number | undefined;
}

const [NEWLINE, QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [10, 34, 92, 44, 58, 91, 93, 123, 125];
const MOST_NAME = 200;

/** Where the text stands: before all, between members of the object, within a value of it that is passed over, within the list, after all. */
type Place = "before" | "members" | "passed" | "list" | "after";

export function createListCutter(): ListCutter {
  let place: Place = "before";
  let kind: ListCutter["kind"];
  let [isText, isEscaped, isValue] = [false, false, false];
  let [depth, row, line, trailing] = [0, 0, 1, 0];
  let [held, name] = ["", ""];
  let firstLine = 0;
  const lists: string[] = [];

  const cut = (text: string, isWhole: boolean): ListElement => {
    row += 1;
    const element = { row, line: firstLine === 0 ? line : firstLine, text: (held + text).trim(), isWhole };
    held = "";
    firstLine = 0;
    return element;
  };
  const openMember = (code: number): void => {
    depth = 0;
    place = "passed";
    if (code === OPEN && lists.push(name) === 1) place = "list";
  };
  const begin = (code: number): void => {
    kind = code === OPEN ? "list" : code === OPEN_OBJECT ? "object" : "other";
    place = kind === "list" ? "list" : kind === "object" ? "members" : "after";
  };
  const readMembers = (code: number): void => {
    if (code === QUOTE && !isValue) name = "";
    else if (code === COLON) isValue = true;
    else if (code === COMMA) isValue = false;
    else if (isValue && (code === OPEN || code === OPEN_OBJECT)) openMember(code);
    else if (code === CLOSE_OBJECT) place = "after";
  };
  const passOver = (code: number): void => {
    if (code === OPEN || code === OPEN_OBJECT) depth += 1;
    else if ((code === CLOSE || code === CLOSE_OBJECT) && depth-- === 0) place = "members";
  };

  return {
    lists,
    get held() { return held.length; },
    get kind() { return kind; },
    get isOpen() { return place === "members" || place === "passed"; },
    get trailing() { return trailing === 0 ? undefined : trailing; },
    add(piece) {
      const elements: ListElement[] = [];
      let from = 0;
      for (let at = 0; at < piece.length; at++) {
        const code = piece.charCodeAt(at);
        if (code === NEWLINE) line += 1;
        if (isText) {
          // No text of JSON goes over a line end: a quotation mark that is missing spoils one line.
          if (isEscaped) isEscaped = false;
          else if (code === BACKSLASH) isEscaped = true;
          else if (code === QUOTE || code === NEWLINE) isText = false;
          if (isText && place === "members" && !isValue && name.length < MOST_NAME) name += piece[at];
          continue;
        }
        if (code <= 32) continue;
        if (code === QUOTE && place !== "before" && place !== "after") isText = true;
        if (place === "list") {
          const ends = depth === 0 && (code === COMMA || code === CLOSE || code === CLOSE_OBJECT);
          if (!ends) {
            if (firstLine === 0) firstLine = line;
            if (code === OPEN || code === OPEN_OBJECT) depth += 1;
            else if (code === CLOSE || code === CLOSE_OBJECT) depth -= 1;
            continue;
          }
          const text = piece.slice(from, at);
          const isEmpty = code !== COMMA && row === 0 && held.trim() === "" && text.trim() === "";
          if (isEmpty) held = "";
          else elements.push(cut(text, true));
          from = at + 1;
          if (code !== COMMA) place = kind === "object" ? "members" : "after";
        } else if (place === "before") {
          begin(code);
          from = at + 1;
        } else if (place === "members") {
          readMembers(code);
          from = at + 1;
        } else if (place === "passed") passOver(code);
        else if (trailing === 0) trailing = line;
      }
      if (place === "list") held += piece.slice(from);
      return elements;
    },
    end: () => (place === "list" ? [cut("", false)] : []),
  };
}
