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
  /** Files that no reference reached before. */
  readonly newBlobs: readonly string[];
}

export interface ReceiveHooks {
  /**
   * Is asked once, when all objects are there and nothing has changed yet.
   * @returns for each reference that must stay as it is the reason, one line; an error thrown refuses all
   */
  readonly beforeUpdate?: (changes: readonly RefChange[]) => Promise<ReadonlyMap<string, string> | undefined> | ReadonlyMap<string, string> | undefined;
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
  const changes: RefChange[] = [];
  const known = store.refs.list().map(({ id }) => id);
  for (const command of commands) {
    const change = await examine(store, command, known).catch(refusalOf);
    if (typeof change === "string") refusals.set(command.name, change);
    else changes.push(change);
  }
  const names = new Set<string>();
  for (const { name } of commands) {
    if (names.has(name)) refusals.set(name, "it is named twice");
    names.add(name);
  }
  const refused = changes.length === 0 ? undefined : await ask(hooks, changes);
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

/** Looks whether a change can be: its name, and that everything it stands on is here. */
async function examine(store: GitStore, { name, from, to }: Command, known: readonly string[]): Promise<RefChange | string> {
  const fault = name.includes("\ufffd") ? "it is not UTF-8" : findRefNameFault(name);
  if (fault !== undefined) return `the name is not allowed: ${fault}`;
  if (to === undefined) return name === store.head() ? "the default branch cannot be deleted" : { name, from, to, isFastForward: false, newBlobs: [] };
  const newBlobs: string[] = [];
  let count = 0;
  for (const { id, type } of walkObjects(store, [to], known)) {
    if (type === "blob" && !store.hasObject(id)) return `object ${id} is missing`;
    if (type === "blob") newBlobs.push(id);
    if (++count % 1000 === 0) await nextTurn();
  }
  const isFastForward = from === undefined || (store.hasObject(from) && store.objectType(from) === "commit" && store.objectType(to) === "commit" && isAncestor(store, from, to));
  return { name, from, to, isFastForward, newBlobs };
}

async function ask({ beforeUpdate }: ReceiveHooks, changes: readonly RefChange[]): Promise<ReadonlyMap<string, string> | string | undefined> {
  try {
    return await beforeUpdate?.(changes);
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
