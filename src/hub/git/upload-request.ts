// What a client that fetches asks for (git, Documentation/gitprotocol-pack "Packfile Negotiation").
import { requestInvalid } from "./errors.ts";
import { isObjectId } from "./object.ts";
import { createLineReader, type PacketLine } from "./packet-line.ts";

export interface UploadRequest {
  readonly wants: readonly string[];
  readonly capabilities: ReadonlySet<string>;
  /** Commits that the client has without their parents. */
  readonly shallow: ReadonlySet<string>;
  /** How deep it wants the history; undefined: as before. */
  readonly depth: number | undefined;
  /** What it has, section by section; a section ends with a flush. */
  readonly haves: readonly string[];
  /** Whether anything follows the wants: a client may ask for the cut of a shallow history alone. */
  readonly isNegotiating: boolean;
  /** It has said all; now comes the pack. */
  readonly isDone: boolean;
}

/** git itself asks about 16,384 commits in one request at most, and names again what was found. */
const MAX_LINES = 100_000;

/** @throws `git.request_invalid` */
export function parseUploadRequest(body: Uint8Array): UploadRequest {
  const next = limited(createLineReader(body));
  const wants: string[] = [];
  const shallow = new Set<string>();
  let capabilities: ReadonlySet<string> = new Set();
  let depth: number | undefined;
  for (let line = next(); line !== "flush" && line !== "end"; line = next()) {
    const [word = "", id = "", ...rest] = line.text.split(" ");
    if (word === "want" && isObjectId(id)) {
      if (wants.length === 0) capabilities = new Set(rest);
      wants.push(id);
    } else if (word === "shallow" && isObjectId(id)) shallow.add(id);
    else if (word === "deepen" && /^\d{1,10}$/.test(id) && Number(id) > 0) depth = Number(id);
    else throw requestInvalid(`it sends ${JSON.stringify(line.text.slice(0, 100))} where it says what it wants`);
  }
  const haves: string[] = [];
  let isNegotiating = false;
  for (let line = next(); line !== "end"; line = next()) {
    isNegotiating = true;
    if (line === "flush") continue;
    if (line.text === "done") return { wants, capabilities, shallow, depth, haves, isNegotiating, isDone: true };
    const [word, id = ""] = line.text.split(" ");
    if (word !== "have" || !isObjectId(id)) throw requestInvalid(`it sends ${JSON.stringify(line.text.slice(0, 100))} where it says what it has`);
    haves.push(id);
  }
  return { wants, capabilities, shallow, depth, haves, isNegotiating, isDone: false };
}

function limited(next: () => PacketLine): () => PacketLine {
  let count = 0;
  return () => {
    if (++count > MAX_LINES) throw requestInvalid(`its request has more than ${MAX_LINES} lines`);
    return next();
  };
}
