/** Where in a file a fault is; numbers count from 1. */
export interface FaultPlace {
  /** Name of the file, where there are several. */
  readonly file?: string;
  /** Number of the data row (a header is not a row); absent for a fault of the whole file. */
  readonly row?: number;
  readonly line?: number;
}

/** Faults of one file: the first ones are kept, all are counted. */
export interface Faults {
  readonly total: number;
  readonly shown: readonly string[];
  add(place: FaultPlace, what: string): void;
}

/** At most this many faults are shown. */
export const SHOWN_FAULTS = 20;

export function createFaults(): Faults {
  const shown: string[] = [];
  let total = 0;
  return {
    shown,
    get total() {
      return total;
    },
    add(place, what) {
      total += 1;
      if (shown.length < SHOWN_FAULTS) shown.push([namePlace(place), what].filter((part) => part !== "").join(": "));
    },
  };
}

function namePlace({ file, row, line }: FaultPlace): string {
  return [file ?? "", row === undefined ? "" : `row ${row}`, line === undefined ? "" : `line ${line}`].filter((part) => part !== "").join(", ");
}
