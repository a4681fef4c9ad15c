// Commits and annotated tags: header lines, an empty line, the message (git, Documentation/user-manual "Commit Object", "Tag Object").
import { objectInvalid } from "./errors.ts";
import { isObjectId, isObjectType, type ObjectType } from "./object.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
  /** Since 1970, UTC. */
  readonly seconds: number;
  /** `+0100`. */
  readonly zone: string;
}

/** A header line of another kind: `encoding`, `gpgsig`, `mergetag`. Lines of its value are separated by newlines. */
export interface ExtraHeader {
  readonly name: string;
  readonly value: string;
}

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** As it stands; git ends it with a newline. */
  readonly message: string;
  readonly extra?: readonly ExtraHeader[];
}

export interface Tag {
  readonly object: string;
  readonly type: ObjectType;
  readonly tag: string;
  readonly tagger?: Person;
  readonly message: string;
}

/** @throws `git.object_invalid` for a NUL in the message; TypeError for ids that are none */
export function encodeCommit(commit: Commit): Uint8Array {
  for (const id of [commit.tree, ...commit.parents]) requireId(id);
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatPerson(commit.author)}`,
    `committer ${formatPerson(commit.committer)}`,
    ...(commit.extra ?? []).map(({ name, value }) => `${name} ${value.replaceAll("\n", "\n ")}`),
  ];
  return encode("commit", lines, commit.message);
}

/** @throws `git.object_invalid` when the bytes are no commit */
export function parseCommit(bytes: Uint8Array): Commit {
  const { headers, message } = parseLines("commit", bytes);
  const tree = headers[0]?.name === "tree" ? headers[0].value : "";
  if (!isObjectId(tree)) throw objectInvalid("commit", "it names no tree");
  const parents = headers.filter(({ name }) => name === "parent").map(({ value }) => value);
  if (!parents.every(isObjectId)) throw objectInvalid("commit", "a parent of it is no id");
  const of = (name: string) => headers.find((header) => header.name === name)?.value;
  const [author, committer] = [of("author"), of("committer")];
  if (author === undefined || committer === undefined) throw objectInvalid("commit", "it has no author or no committer");
  const extra = headers.filter(({ name }) => !["tree", "parent", "author", "committer"].includes(name));
  return { tree, parents, author: parsePerson(author), committer: parsePerson(committer), message, ...(extra.length === 0 ? {} : { extra }) };
}

/** @throws `git.object_invalid` for a name of several lines or a NUL in the message */
export function encodeTag(tag: Tag): Uint8Array {
  requireId(tag.object);
  if (tag.tag === "" || tag.tag.includes("\n")) throw objectInvalid("tag", "its name is empty or has several lines");
  const tagger = tag.tagger === undefined ? [] : [`tagger ${formatPerson(tag.tagger)}`];
  return encode("tag", [`object ${tag.object}`, `type ${tag.type}`, `tag ${tag.tag}`, ...tagger], tag.message);
}

/** @throws `git.object_invalid` when the bytes are no tag */
export function parseTag(bytes: Uint8Array): Tag {
  const { headers, message } = parseLines("tag", bytes);
  const of = (name: string) => headers.find((header) => header.name === name)?.value ?? "";
  const [object, type, tagger] = [of("object"), of("type"), of("tagger")];
  if (!isObjectId(object) || !isObjectType(type)) throw objectInvalid("tag", "it names no object");
  return { object, type, tag: of("tag"), ...(tagger === "" ? {} : { tagger: parsePerson(tagger) }), message };
}

function encode(type: ObjectType, lines: readonly string[], message: string): Uint8Array {
  const text = `${lines.join("\n")}\n\n${message}`;
  if (text.includes("\0")) throw objectInvalid(type, "a NUL is in its text");
  return Buffer.from(text, "utf8");
}

/** The signs that end a name or an address in the line cannot be part of them. */
function formatPerson({ name, email, seconds, zone }: Person): string {
  const clean = (text: string) => text.replaceAll(/[<>\n\r\0]/g, "").trim();
  if (!/^[+-]\d{4}$/.test(zone) || !Number.isSafeInteger(seconds)) throw new TypeError(`Cannot write the time ${seconds} ${zone}: needed are whole seconds and a zone such as +0100`);
  return `${clean(name)} <${clean(email)}> ${seconds} ${zone}`;
}

/** Lines of old or careless tools are read as far as they make sense. */
function parsePerson(text: string): Person {
  const match = /^([^<]*)<([^>]*)>\s*(-?\d{1,15})?(?: ([+-]\d{4}))?/.exec(text);
  if (match === null) return { name: text.trim(), email: "", seconds: 0, zone: "+0000" };
  return { name: match[1]!.trim(), email: match[2]!, seconds: Number(match[3] ?? 0), zone: match[4] ?? "+0000" };
}

function parseLines(type: ObjectType, bytes: Uint8Array): { readonly headers: readonly ExtraHeader[]; readonly message: string } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blank = view.indexOf("\n\n");
  const headEnd = blank === -1 ? view.length : blank;
  const headers: { name: string; value: string }[] = [];
  for (const line of view.toString("utf8", 0, headEnd).split("\n")) {
    const last = headers.at(-1);
    const space = line.indexOf(" ");
    if (space === 0 && last !== undefined) last.value += `\n${line.slice(1)}`;
    else if (space > 0) headers.push({ name: line.slice(0, space), value: line.slice(space + 1) });
    else if (line !== "") throw objectInvalid(type, "a line of its header has no value");
  }
  const encoding = headers.find(({ name }) => name === "encoding")?.value;
  return { headers, message: blank === -1 ? "" : decodeMessage(view.subarray(blank + 2), encoding) };
}

function decodeMessage(bytes: Uint8Array, encoding = "utf-8"): string {
  try {
    return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }
}

function requireId(id: string): void {
  if (!isObjectId(id)) throw new TypeError(`Cannot name object ${JSON.stringify(id)}: needed are 40 hex digits`);
}
