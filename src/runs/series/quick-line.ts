// Lines of metrics.jsonl as our own writer makes them, read without making an object of each:
//   {"step":12,"loss":1.25,"eval/loss":null,"time":"2026-03-01T12:00:00.000Z"}
// What differs in anything (another order, spaces, escapes, texts, a name not met before) is left to the reader of JSON.

export interface QuickSink {
  point(series: number, step: number, time: number, value: number): void;
}

export interface QuickReader {
  /** Reads `text[begin..end)`, a line without its newline. @returns false, and nothing was said, when it is not such a line */
  read(text: string, begin: number, end: number): boolean;
  /** A name that was met, and the number of its series. */
  learn(name: string, series: number): void;
  /** A time that was read, so that the others of its minute need not be. @param text ISO 8601 with milliseconds in UTC */
  learnTime(text: string, ms: number): void;
}

const START = '{"step":';
const TIME = ',"time":"';
const [ZERO, NINE, MINUS, PLUS, POINT, QUOTE, CLOSE] = [48, 57, 45, 43, 46, 34, 125] as const;
/** Of more names at once a table would be quicker; a row of so many numbers takes long anyway. */
const MOST_NAMES = 64;
const MINUTE_CHARACTERS = 17;

export function createQuickReader(sink: QuickSink): QuickReader {
  const heads: string[] = [];
  const series: number[] = [];
  const values: number[] = [];
  const places: number[] = [];
  let minute = "";
  let minuteMs = 0;

  const headAt = (text: string, at: number, from: number): number => {
    for (let tried = 0, place = from; tried < heads.length; tried += 1, place += 1) {
      if (place >= heads.length) place = 0;
      if (text.startsWith(heads[place]!, at)) return place;
    }
    return -1;
  };
  const secondsAt = (text: string, at: number): number => {
    const digit = (place: number): number => text.charCodeAt(at + place) - ZERO;
    const [tens, ones, tenths, hundredths, thousandths] = [digit(0), digit(1), digit(3), digit(4), digit(5)];
    if (!(tens >= 0 && tens <= 5 && isDigit(ones) && isDigit(tenths) && isDigit(hundredths) && isDigit(thousandths))) return Number.NaN;
    return text.charCodeAt(at + 2) === POINT && text.startsWith('Z"}', at + 6) ? 10_000 * tens + 1000 * ones + 100 * tenths + 10 * hundredths + thousandths : Number.NaN;
  };

  return {
    read(text, begin, end) {
      if (!text.startsWith(START, begin)) return false;
      let at = begin + START.length;
      const stepEnd = digitsEnd(text, at);
      if (stepEnd === at || stepEnd - at > 15 || (stepEnd - at > 1 && text.charCodeAt(at) === ZERO)) return false;
      let step = 0;
      for (; at < stepEnd; at += 1) step = 10 * step + text.charCodeAt(at) - ZERO;
      let count = 0;
      let time = Number.NaN;
      for (let head = 0; !(text.charCodeAt(at) === CLOSE && at === end - 1); head += 1) {
        if (text.startsWith(TIME, at)) {
          at += TIME.length;
          if (minute === "" || !text.startsWith(minute, at)) return false;
          time = minuteMs + secondsAt(text, at + MINUTE_CHARACTERS);
          at += MINUTE_CHARACTERS + 8;
          if (time !== time || at !== end - 1) return false;
          break;
        }
        head = headAt(text, at, head);
        if (head < 0) return false;
        at += heads[head]!.length;
        const valueEnd = text.startsWith("null", at) ? at + 4 : numberEnd(text, at);
        if (valueEnd < 0 || valueEnd >= end) return false;
        const value = text.charCodeAt(at) === 110 ? Number.NaN : Number(text.slice(at, valueEnd));
        values[count] = value - value === 0 ? value : Number.NaN;
        places[count] = series[head]!;
        count += 1;
        at = valueEnd;
      }
      for (let place = 0; place < count; place += 1) sink.point(places[place]!, step, time, values[place]!);
      return true;
    },
    learn(name, place) {
      const head = `,${JSON.stringify(name)}:`;
      if (heads.length < MOST_NAMES && !heads.includes(head) && head.charCodeAt(1) === QUOTE) {
        heads.push(head);
        series.push(place);
      }
    },
    learnTime(text, ms) {
      minute = text.slice(0, MINUTE_CHARACTERS);
      minuteMs = Math.floor(ms / 60_000) * 60_000;
    },
  };
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

function digitsEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at += 1;
  return at;
}

/** Where a number of JSON (RFC 8259, section 6) that begins at `from` ends; -1 when none does. */
function numberEnd(text: string, from: number): number {
  const start = text.charCodeAt(from) === MINUS ? from + 1 : from;
  let at = digitsEnd(text, start);
  if (at === start || (at - start > 1 && text.charCodeAt(start) === ZERO)) return -1;
  if (text.charCodeAt(at) === POINT) {
    const fraction = at + 1;
    at = digitsEnd(text, fraction);
    if (at === fraction) return -1;
  }
  const mark = text.charCodeAt(at);
  if (mark === 101 || mark === 69) {
    const sign = text.charCodeAt(at + 1);
    const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    at = digitsEnd(text, exponent);
    if (at === exponent) return -1;
  }
  return at;
}
