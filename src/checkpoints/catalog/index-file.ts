// The catalog's cache on disk: times and sizes as doubles, references as 32-bit integers, every text, candidate and fact once. It can be
// deleted at any time; one that is broken, of another version or of another tree counts as none.
import { exists, readBytes, writeFileAtomic } from "../../files/index.ts";
import type { Candidate } from "./candidates.ts";
import { CATALOG_KINDS, NUMBER_FACTS, TEXT_FACTS, type CatalogEntry, type CatalogFacts, type CatalogProblem, type CatalogRun, type Fact } from "./entry.ts";
import type { Listing } from "./look.ts";

/** To be raised also when names, places or sidecars are read by other rules: what is kept here was read by those of its time. */
const VERSION = 5;
const FACT_NAMES = [...TEXT_FACTS, ...NUMBER_FACTS];
const FACT_CODES = new Map<string, number>(FACT_NAMES.map((name, code) => [name, code]));

/** An entry with what it was made from: sizes and times of the file, its pieces and its sidecars. */
export interface StoredEntry {
  readonly stamps: Float64Array;
  /** Where in `stamps` those of this entry begin, and how many they are: ten thousand entries share one array. */
  readonly stampsAt: number;
  readonly stampCount: number;
  readonly entry: CatalogEntry;
}

export interface StoredDirectory {
  readonly listing: Listing;
  /** Where the run is and which configurations it had, as one text. */
  readonly context: string;
  /** In the order of the listing's candidates; undefined for one that could not be seen. */
  readonly entries: readonly (StoredEntry | undefined)[];
}

/** The first line of the file, padded to a multiple of 8 bytes; behind it the doubles, the integers, then the tables as JSON. */
interface Header {
  readonly format: "tunesmith.checkpoints";
  readonly version: number;
  readonly root: string;
  readonly doubles: number;
  readonly integers: number;
}

interface Tables {
  readonly texts: readonly string[];
  readonly lists: readonly (readonly string[])[];
  readonly candidates: readonly Candidate[];
  readonly facts: readonly Fact[];
  readonly runs: readonly CatalogRun[];
  readonly problems: readonly (readonly CatalogProblem[])[];
}

/** Writes the index atomically. @throws what the operating system refuses */
export function writeIndex(path: string, root: string, directories: ReadonlyMap<string, StoredDirectory>): void {
  const doubles: number[] = [];
  const integers: number[] = [];
  const [texts, lists, candidates, facts, runs] = [createTable<string>(), createTable<readonly string[]>(JSON.stringify), createTable<Candidate>(JSON.stringify), createTable<Fact>(), createTable<CatalogRun>()];
  const problems: (readonly CatalogProblem[])[] = [];
  for (const [place, { listing, context, entries }] of directories) {
    doubles.push(listing.modifiedMs);
    integers.push(texts.at(place), lists.at(listing.directories), lists.at(listing.links), lists.at(listing.configs), (listing.failed ? 1 : 0) + (listing.packed ? 2 : 0), texts.at(context), listing.candidates.length);
    for (const [at, candidate] of listing.candidates.entries()) {
      const stored = entries[at];
      integers.push(candidates.at(candidate), stored === undefined ? -1 : stored.stampCount);
      if (stored === undefined) continue;
      const { entry, stamps, stampsAt, stampCount } = stored;
      doubles.push(entry.sizeBytes, entry.modifiedMs, ...stamps.subarray(stampsAt, stampsAt + stampCount));
      const [factList, metricList] = [Object.entries(entry.facts), Object.entries(entry.metrics)];
      integers.push(CATALOG_KINDS.indexOf(entry.kind), entry.run === undefined ? -1 : runs.at(entry.run), entry.version ?? -1, entry.rankUnknown ? 1 : 0, entry.problems.length === 0 ? -1 : problems.push(entry.problems) - 1);
      integers.push(factList.length, metricList.length);
      for (const [name, fact] of factList) integers.push(FACT_CODES.get(name)!, facts.at(fact));
      for (const [name, fact] of metricList) integers.push(texts.at(name), facts.at(fact));
    }
  }
  const header: Header = { format: "tunesmith.checkpoints", version: VERSION, root, doubles: doubles.length, integers: integers.length };
  const line = JSON.stringify(header);
  const bytes = Buffer.from(line, "utf8").byteLength + 1;
  const tables: Tables = { texts: texts.rows, lists: lists.rows, candidates: candidates.rows, facts: facts.rows, runs: runs.rows, problems };
  const head = Buffer.from(`${line}${" ".repeat((8 - (bytes % 8)) % 8)}\n`, "utf8");
  writeFileAtomic(path, Buffer.concat([head, bytesOf(Float64Array.from(doubles)), bytesOf(Int32Array.from(integers)), Buffer.from(JSON.stringify(tables), "utf8")]));
}

/** Reads the index of `root`; an empty map when there is none that can be used. @param prefix of every path, as the entries show it */
export function readIndex(path: string, root: string, prefix: string): ReadonlyMap<string, StoredDirectory> {
  try {
    if (!exists(path)) return new Map();
    const bytes = readBytes(path);
    const cut = bytes.indexOf(10) + 1;
    const header = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, cut).toString("utf8")) as Header;
    if (header.format !== "tunesmith.checkpoints" || header.version !== VERSION || header.root !== root) return new Map();
    const [integersAt, tablesAt] = [cut + 8 * header.doubles, cut + 8 * header.doubles + 4 * header.integers];
    const part = (from: number, to: number) => bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + to);
    const [doubles, integers] = [new Float64Array(part(cut, integersAt)), new Int32Array(part(integersAt, tablesAt))];
    const tables = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + tablesAt, bytes.byteLength - tablesAt).toString("utf8")) as Tables;
    return decode(doubles, integers, tables, prefix);
  } catch {
    return new Map();
  }
}

function decode(doubles: Float64Array, integers: Int32Array, tables: Tables, prefix: string): ReadonlyMap<string, StoredDirectory> {
  const { texts, lists, candidates } = tables;
  let [d, i] = [0, 0];
  const next = (): number => {
    const value = integers[i++];
    if (value === undefined) throw new RangeError("the index ends too early");
    return value;
  };
  const kept: Kept = { integers, tables };
  const decoded = new Map<string, StoredDirectory>();
  while (i < integers.length) {
    const modifiedMs = doubles[d++]!;
    const place = texts[next()]!;
    const [directories, links, configs] = [lists[next()]!, lists[next()]!, lists[next()]!];
    const marks = next();
    const context = texts[next()]!;
    const count = next();
    const base = entryPath(prefix, place, "");
    const listed: Candidate[] = [];
    const entries: (StoredEntry | undefined)[] = [];
    for (let position = 0; position < count; position += 1) {
      const candidate = candidates[next()]!;
      listed.push(candidate);
      const stampCount = next();
      if (stampCount === -1) {
        entries.push(undefined);
        continue;
      }
      const [sizeBytes, fileMs] = [doubles[d]!, doubles[d + 1]!];
      const stampsAt = d + 2;
      d += 2 + stampCount;
      const at = i;
      i += 7 + 2 * (integers[at + 5]! + integers[at + 6]!);
      if (i > integers.length) throw new RangeError("the index ends too early");
      const path = candidate.name === "" ? base : base === "." ? candidate.name : `${base}/${candidate.name}`;
      const entry = new KeptEntry(kept, at, candidate, path, sizeBytes, fileMs);
      entries.push({ stamps: doubles, stampsAt, stampCount, entry });
    }
    decoded.set(place, { listing: { modifiedMs, directories, links, configs, failed: (marks & 1) !== 0, packed: (marks & 2) !== 0, candidates: listed }, context, entries });
  }
  return decoded;
}

const NO_PROBLEMS: readonly CatalogProblem[] = [];

interface Kept {
  readonly integers: Int32Array;
  readonly tables: Tables;
}

/** An entry of the index. Its facts and metrics are put together when somebody asks for them: a listing shows few of the thousands it looks through. */
class KeptEntry implements CatalogEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly #kept: Kept;
  readonly #at: number;
  readonly #candidate: Candidate;
  #facts: CatalogFacts | undefined;
  #metrics: Readonly<Record<string, Fact<number>>> | undefined;

  constructor(kept: Kept, at: number, candidate: Candidate, path: string, sizeBytes: number, modifiedMs: number) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.modifiedMs = modifiedMs;
    this.#kept = kept;
    this.#at = at;
    this.#candidate = candidate;
  }

  get name(): string {
    return nameOf(this.path, this.#candidate);
  }

  get format(): CatalogEntry["format"] {
    return this.#candidate.format;
  }

  get sidecars(): readonly string[] {
    return this.#candidate.sidecars;
  }

  get kind(): CatalogEntry["kind"] {
    return CATALOG_KINDS[this.#integer(0)]!;
  }

  get run(): CatalogRun | undefined {
    return this.#kept.tables.runs[this.#integer(1)];
  }

  get version(): number | undefined {
    const version = this.#integer(2);
    return version === -1 ? undefined : version;
  }

  get rankUnknown(): boolean {
    return this.#integer(3) === 1;
  }

  get problems(): readonly CatalogProblem[] {
    return this.#kept.tables.problems[this.#integer(4)] ?? NO_PROBLEMS;
  }

  get facts(): CatalogFacts {
    return (this.#facts ??= this.#pairs(this.#at + 7, this.#integer(5), (name) => FACT_NAMES[name]!) as CatalogFacts);
  }

  get metrics(): Readonly<Record<string, Fact<number>>> {
    return (this.#metrics ??= this.#pairs(this.#at + 7 + 2 * this.#integer(5), this.#integer(6), (name) => this.#kept.tables.texts[name]!) as Record<string, Fact<number>>);
  }

  #integer(offset: number): number {
    return this.#kept.integers[this.#at + offset]!;
  }

  #pairs(from: number, count: number, nameOfPair: (code: number) => string): Record<string, Fact> {
    const { integers, tables } = this.#kept;
    const pairs: Record<string, Fact> = {};
    for (let at = from; at < from + 2 * count; at += 2) pairs[nameOfPair(integers[at]!)] = tables.facts[integers[at + 1]!]!;
    return pairs;
  }
}

/** The path of an entry: where the tree lies, the directory in it, the file. */
export function entryPath(prefix: string, directory: string, name: string): string {
  const parts = [prefix, directory, name].filter((part) => part !== "");
  return parts.length === 0 ? "." : parts.join("/");
}

/** The last part of an entry's path, without the extension of a file. */
export function nameOf(path: string, candidate: Candidate): string {
  return candidate.name === "" ? path.slice(path.lastIndexOf("/") + 1) : candidate.name.replace(/\.(?:ckpt|pt|pth|pth\.tar|bin|safetensors|gguf)$/, "");
}

function bytesOf(values: Float64Array | Int32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

interface Table<Row> {
  readonly rows: readonly Row[];
  at(row: Row): number;
}

/** Rows once each: the same by identity, or by what `toKey` makes of them. */
function createTable<Row>(toKey: (row: Row) => unknown = (row) => row): Table<Row> {
  const rows: Row[] = [];
  const known = new Map<unknown, number>();
  return {
    rows,
    at(row) {
      const key = toKey(row);
      const place = known.get(key) ?? rows.push(row) - 1;
      known.set(key, place);
      return place;
    },
  };
}
