// The server's side of a push over HTTP (git, Documentation/gitprotocol-pack "Pushing Data To a Server").
import { setImmediate as nextTurn } from "node:timers/promises";
import { TunesmithError } from "../../errors.ts";
import { visibleText } from "../../visible.ts";
import { requestInvalid } from "./errors.ts";
import { isAncestor } from "./history.ts";
import { isObjectId, NO_OBJECT } from "./object.ts";
import { createLineStream, encodeBand, encodeLine, FLUSH, type LineStream } from "./packet-line.ts";
import { walkObjects } from "./reachable.ts";
import { readPack } from "./read-pack.ts";
import { findRefNameFault } from "./ref-name.ts";
import type { PackLimits } from "./scan-pack.ts";
import type { GitStore } from "./store.ts";

/** What a client wants done to one reference. */
export interface RefChange {
  readonly name: string;
  /** Undefined: it does not exist, or is not to exist afterwards. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** The new commit stands on the old one; a creation is, a deletion is not. */
  readonly isFastForward: boolean;
}

export interface ReceiveHooks {
  /**
   * Is asked once, when all objects are there and nothing has changed yet.
   * @param newBlobs the ids of the files of the whole push that no reference reached before
   * @returns for each reference that must stay as it is the reason, one line; an error thrown refuses all
   */
  readonly beforeUpdate?: (changes: readonly RefChange[], newBlobs: readonly string[]) => Promise<ReadonlyMap<string, string> | undefined> | ReadonlyMap<string, string> | undefined;
}

interface Command {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const MAX_COMMANDS = 10_000;

/**
 * Answers `POST …/git-receive-pack`; the media type is `application/x-git-receive-pack-result`. Objects are stored first, references change
 * last, each by compare-and-swap. What is refused is said in the answer, as git does.
 * @param body already decoded where it came compressed
 * @throws `git.request_invalid` when it is no push
 */
export async function receivePack(store: GitStore, body: AsyncIterable<Uint8Array>, hooks: ReceiveHooks = {}, limits: Partial<PackLimits> = {}): Promise<Uint8Array> {
  const lines = createLineStream(body);
  const { commands, capabilities } = await readCommands(lines);
  if (commands.length === 0) return new Uint8Array(0);
  const unpacked = await takePack(store, lines, commands, limits);
  const refusals = unpacked === undefined ? await update(store, commands, capabilities.has("atomic"), hooks) : new Map(commands.map(({ name }) => [name, "the pack was not taken"]));
  return report(commands, unpacked, refusals, capabilities);
}

async function readCommands(lines: LineStream): Promise<{ readonly commands: readonly Command[]; readonly capabilities: ReadonlySet<string> }> {
  const commands: Command[] = [];
  let capabilities: ReadonlySet<string> = new Set();
  for (let line = await lines.next(); line !== "flush"; line = await lines.next()) {
    if (line === "end") {
      if (commands.length > 0) throw requestInvalid("its request is cut off");
      break;
    }
    if (/^shallow [0-9a-f]{40}$/.test(line.text)) continue;
    const [command = "", said] = line.text.split("\0");
    if (commands.length === 0) capabilities = new Set((said ?? "").split(" "));
    const [from, to, name] = [command.slice(0, 40), command.slice(41, 81), command.slice(82)];
    if (!isObjectId(from) || !isObjectId(to) || name === "") throw requestInvalid(`it sends ${JSON.stringify(command.slice(0, 100))} where it says what to change`);
    if (commands.length === MAX_COMMANDS) throw requestInvalid(`it changes more than ${MAX_COMMANDS} references at once`);
    commands.push({ name, from: from === NO_OBJECT ? undefined : from, to: to === NO_OBJECT ? undefined : to });
  }
  return { commands, capabilities };
}

/** Deletions alone come without a pack. @returns why it was not taken; undefined when it was */
async function takePack(store: GitStore, lines: LineStream, commands: readonly Command[], limits: Partial<PackLimits>): Promise<string | undefined> {
  if (commands.every(({ to }) => to === undefined)) return undefined;
  try {
    await readPack(store, lines.rest(), limits);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof TunesmithError)) throw cause;
    await lines.drain();
    return oneLine(cause.message);
  }
}

/** @returns the reasons of those that stay as they are */
async function update(store: GitStore, commands: readonly Command[], isAtomic: boolean, hooks: ReceiveHooks): Promise<ReadonlyMap<string, string>> {
  const refusals = new Map<string, string>();
  for (const command of commands) {
    const fault = findFault(store, command);
    if (fault !== undefined) refusals.set(command.name, fault);
  }
  const sound = () => commands.filter(({ name }) => !refusals.has(name));
  const { newBlobs, holes } = await findNew(store, sound());
  for (const [name, reason] of holes) refusals.set(name, reason);
  const changes = sound().map((command): RefChange => ({ ...command, isFastForward: isFastForward(store, command) }));
  const names = new Set<string>();
  for (const { name } of commands) {
    if (names.has(name)) refusals.set(name, "it is named twice");
    names.add(name);
  }
  const refused = changes.length === 0 ? undefined : await ask(hooks, changes, newBlobs);
  for (const { name } of changes) {
    const reason = typeof refused === "string" ? refused : refused?.get(name);
    if (reason !== undefined) refusals.set(name, oneLine(reason));
  }
  const accepted = changes.filter(({ name }) => !refusals.has(name)).map(({ name, from, to }) => ({ name, to, expected: from }));
  const groups = isAtomic ? [accepted] : accepted.map((one) => [one]);
  for (const group of groups) {
    const reason = isAtomic && refusals.size > 0 ? "another reference of the atomic push was refused" : attempt(() => store.refs.updateAll(group));
    if (reason !== undefined) for (const { name } of group) refusals.set(name, reason);
  }
  return refusals;
}

/** Why a change cannot be, as far as its name and its object say. */
function findFault(store: GitStore, { name, to }: Command): string | undefined {
  const fault = name.includes("\ufffd") ? "it is not UTF-8" : findRefNameFault(name);
  if (fault !== undefined) return `the name is not allowed: ${fault}`;
  if (to === undefined) return name === store.head() ? "the default branch cannot be deleted" : undefined;
  return store.hasObject(to) ? undefined : `object ${to} is missing`;
}

interface New {
  readonly newBlobs: readonly string[];
  /** What stands on objects that are not here, with the reason. */
  readonly holes: ReadonlyMap<string, string>;
}

/** Where one of few has a hole, each is looked at by itself to name it; of many all are refused. */
const MOST_LOOKED_AT_ALONE = 20;

async function findNew(store: GitStore, commands: readonly Command[]): Promise<New> {
  const tips = commands.filter(({ to }) => to !== undefined);
  const known = store.refs.list().map(({ id }) => id);
  const together = await walkNew(store, tips, known);
  if (typeof together !== "string") return { newBlobs: together, holes: new Map() };
  if (tips.length > MOST_LOOKED_AT_ALONE) return { newBlobs: [], holes: new Map(tips.map(({ name }) => [name, together])) };
  const holes = new Map<string, string>();
  const newBlobs = new Set<string>();
  for (const tip of tips) {
    const found = await walkNew(store, [tip], known);
    if (typeof found === "string") holes.set(tip.name, found);
    else for (const id of found) newBlobs.add(id);
  }
  return { newBlobs: [...newBlobs], holes };
}

/** @returns the files that are new, or what is missing on the way */
async function walkNew(store: GitStore, tips: readonly Command[], known: readonly string[]): Promise<readonly string[] | string> {
  const blobs: string[] = [];
  let count = 0;
  try {
    for (const { id, type } of walkObjects(store, tips.map(({ to }) => to!), known)) {
      if (type === "blob" && !store.hasObject(id)) return `object ${id} is missing`;
      if (type === "blob") blobs.push(id);
      if (++count % 1000 === 0) await nextTurn();
    }
  } catch (cause) {
    return refusalOf(cause);
  }
  return blobs;
}

function isFastForward(store: GitStore, { from, to }: Command): boolean {
  if (to === undefined || from === undefined) return from === undefined;
  return store.hasObject(from) && store.objectType(from) === "commit" && store.objectType(to) === "commit" && isAncestor(store, from, to);
}

async function ask({ beforeUpdate }: ReceiveHooks, changes: readonly RefChange[], newBlobs: readonly string[]): Promise<ReadonlyMap<string, string> | string | undefined> {
  try {
    return await beforeUpdate?.(changes, newBlobs);
  } catch (cause) {
    return refusalOf(cause);
  }
}

function attempt(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (cause) {
    return refusalOf(cause);
  }
}

/** Only what was foreseen becomes an answer. */
function refusalOf(cause: unknown): string {
  if (cause instanceof TunesmithError) return oneLine(cause.message);
  throw cause;
}

function oneLine(text: string): string {
  return visibleText(text).slice(0, 500);
}

function report(commands: readonly Command[], unpacked: string | undefined, refusals: ReadonlyMap<string, string>, capabilities: ReadonlySet<string>): Uint8Array {
  if (!capabilities.has("report-status")) return new Uint8Array(0);
  const results = commands.map(({ name }) => {
    const reason = refusals.get(name);
    return reason === undefined ? `ok ${name}\n` : `ng ${name} ${reason}\n`;
  });
  const status = Buffer.concat([`unpack ${unpacked ?? "ok"}\n`, ...results].map(encodeLine).concat(FLUSH));
  return capabilities.has("side-band-64k") ? Buffer.concat([...encodeBand(1, status), FLUSH]) : status;
}
