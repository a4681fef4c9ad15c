// Paths that sidecars and configurations mention. Only whole tokens that lead to something that moves are replaced; every other byte stays.
import { basename, dirname, posix } from "node:path";
import { scanDirectory } from "../../files/index.ts";

const TEXTS = /\.(?:json|ya?ml)$/;
const LEFT_OUT: ReadonlySet<string> = new Set([".tunesmith", ".git", "node_modules", "__pycache__"]);
const TOKEN = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"',[\]{}]+/g;
const WEIGHTS = /\.(?:ckpt|pt|pth|bin|safetensors)$/;

/** Texts below a directory that may mention paths, relative to the workspace; `.hydra` is looked into, links are not followed. */
export function findTexts(workspace: string, directory: string): readonly string[] {
  const found: string[] = [];
  const open = [directory];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const entries = scanDirectory(`${workspace}/${place}`);
    if ("refused" in entries) continue;
    for (const { name, kind } of entries) {
      const path = place === "" ? name : `${place}/${name}`;
      if (kind === "directory" && !LEFT_OUT.has(name)) open.push(path);
      else if (kind === "file" && TEXTS.test(name)) found.push(path);
    }
  }
  return found.sort();
}

export interface Mentioned {
  /** Absolute. */
  readonly workspace: string;
  /** The tree that is migrated, relative to the workspace. */
  readonly root: string;
  /** The text's own path before the migration, relative to the workspace. */
  readonly path: string;
  /** Of the run around the text, relative to the workspace; undefined when there is none. */
  readonly run: string | undefined;
  /** Where a path relative to the workspace leads after the migration, undefined when it stays. */
  readonly target: (path: string) => string | undefined;
}

/** The text with all references rewritten, in the form each was written in. */
export function rewriteReferences(text: string, around: Mentioned): string {
  return text.replace(TOKEN, (token) => {
    if (!token.includes("/") && !/\.(?:ckpt|pt|pth|bin|safetensors)/.test(token)) return token;
    if (token.startsWith('"')) return rewriteDoubleQuoted(token, around);
    if (token.startsWith("'")) return `'${rewriteWord(token.slice(1, -1), around)}'`;
    return rewriteWord(token, around);
  });
}

function rewriteDoubleQuoted(token: string, around: Mentioned): string {
  try {
    const word = JSON.parse(token) as string;
    const rewritten = rewriteWord(word, around);
    return rewritten === word ? token : JSON.stringify(rewritten);
  } catch {
    return token;
  }
}

/** The word as a path, else what stands behind one of its `=` (`resume=outputs/…`, whose path may hold `=` itself). */
function rewriteWord(word: string, around: Mentioned): string {
  for (let start = 0; ; ) {
    const quoted = /^"(.*)"$|^'(.*)'$/.exec(word.slice(start));
    const path = quoted === null ? word.slice(start) : (quoted[1] ?? quoted[2] ?? "");
    const target = retarget(path, around);
    if (target !== undefined) return word.slice(0, start) + (quoted === null ? target : word[start] + target + word[start]);
    const next = word.indexOf("=", start);
    if (next === -1) return word;
    start = next + 1;
  }
}

function retarget(word: string, { workspace, root, path, run, target }: Mentioned): string | undefined {
  const plain = word.replace(/\/+$/, "");
  if (plain === "" || plain.includes("\n")) return undefined;
  const ending = word.slice(plain.length);
  if (plain.startsWith("/")) {
    const led = plain.startsWith(`${workspace}/`) ? target(plain.slice(workspace.length + 1)) : undefined;
    return led === undefined ? undefined : `${workspace}/${led}${ending}`;
  }
  if (!plain.includes("/") && !WEIGHTS.test(plain)) return undefined;
  const marked = plain.startsWith("./") ? "./" : "";
  const here = dirname(path) === "." ? "" : dirname(path);
  const bases = [...(plain.includes("/") ? ["", root] : []), ...(run === undefined ? [] : [run]), here, basename(here) === ".hydra" ? dirname(here) : here, ...(run === undefined ? [] : [`${run}/checkpoints`])];
  for (const base of new Set(bases)) {
    const from = posix.normalize(posix.join(base, plain));
    if (from.startsWith("..")) continue;
    const led = target(from);
    if (led === undefined) continue;
    const newBase = base === "" || base === root ? base : (target(base) ?? base);
    const inside = posix.relative(newBase, led);
    if (inside !== "" && inside !== posix.normalize(plain)) return `${marked}${inside}${ending}`;
  }
  return undefined;
}
