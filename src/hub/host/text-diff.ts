// The unified form of `git diff` (git, Documentation/diff-generate-patch), by the greedy algorithm of E. Myers, "An O(ND) Difference Algorithm
// and Its Variations", 1986. Texts that differ in too much are shown as replaced as a whole.
import type { GitStore } from "../git/store.ts";
import type { TreeEntry } from "../git/tree.ts";
import type { Difference } from "./tree-diff.ts";

const MOST_EDITS = 2000;
const LARGEST_TEXT = 1 << 20;
const LARGEST_DIFF = 4 << 20;
const CONTEXT = 3;

interface Edit {
  readonly sign: " " | "-" | "+";
  readonly line: string;
}

/** What `git diff` would print; it ends early when it becomes too long. */
export function formatDiff(git: GitStore, differences: readonly Difference[]): string {
  let text = "";
  for (const difference of differences) {
    if (text.length > LARGEST_DIFF) return text;
    text += formatFile(git, difference);
  }
  return text;
}

function formatFile(git: GitStore, { path, before, after }: Difference): string {
  const head = [
    `diff --git a/${path} b/${path}`,
    ...(before === undefined ? [`new file mode ${after!.mode}`] : after === undefined ? [`deleted file mode ${before.mode}`] : before.mode === after.mode ? [] : [`old mode ${before.mode}`, `new mode ${after.mode}`]),
  ];
  if (before?.id === after?.id) return `${head.join("\n")}\n`;
  head.push(`index ${(before?.id ?? "0".repeat(40)).slice(0, 7)}..${(after?.id ?? "0".repeat(40)).slice(0, 7)}${before !== undefined && before.mode === after?.mode ? ` ${before.mode}` : ""}`);
  const names = [before === undefined ? "/dev/null" : `a/${path}`, after === undefined ? "/dev/null" : `b/${path}`] as const;
  const [old, now] = [readText(git, before), readText(git, after)];
  if (old === undefined || now === undefined) return `${[...head, `Binary files ${names[0]} and ${names[1]} differ`].join("\n")}\n`;
  const hunks = formatHunks(diffLines(linesOf(old), linesOf(now)));
  return `${[...head, ...(hunks === "" ? [] : [`--- ${names[0]}`, `+++ ${names[1]}`])].join("\n")}\n${hunks}`;
}

function readText(git: GitStore, entry: TreeEntry | undefined): string | undefined {
  if (entry === undefined) return "";
  if (entry.mode === "160000") return `Subproject commit ${entry.id}\n`;
  if (git.objectSize(entry.id) > LARGEST_TEXT) return undefined;
  const bytes = Buffer.from(git.readObject(entry.id).bytes);
  return bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString("utf8");
}

/** Each with its newline, if it has one. */
function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** The shortest list of edits, or all lines replaced when it is too long. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const [old, now] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const same = (lines: readonly string[]) => lines.map((line): Edit => ({ sign: " ", line }));
  return [...same(before.slice(0, start)), ...shortestEdits(old, now), ...same(before.slice(before.length - end))];
}

function shortestEdits(old: readonly string[], now: readonly string[]): readonly Edit[] {
  const replaced = (): readonly Edit[] => [...old.map((line): Edit => ({ sign: "-", line })), ...now.map((line): Edit => ({ sign: "+", line }))];
  const trace: Int32Array[] = [];
  let reach = new Int32Array(3);
  // reach[k + d + 1]: how far along `old` the best path with d edits has come on diagonal k = position in old - position in now.
  for (let edits = 0; edits <= Math.min(MOST_EDITS, old.length + now.length); edits += 1) {
    const next = new Int32Array(2 * edits + 3);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = (k: number) => reach[k + edits] ?? 0;
      const down = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
      let x = edits === 0 ? 0 : down ? at(diagonal + 1) : at(diagonal - 1) + 1;
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x += 1;
      next[diagonal + edits + 1] = x;
      if (x >= old.length && x - diagonal >= now.length) return traceBack(old, now, [...trace, next]);
    }
    trace.push(next);
    reach = next;
  }
  return replaced();
}

function traceBack(old: readonly string[], now: readonly string[], trace: readonly Int32Array[]): readonly Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [old.length, now.length];
  for (let count = trace.length - 1; count > 0; count -= 1) {
    const before = trace[count - 1]!;
    const at = (k: number) => before[k + count] ?? 0;
    const diagonal = x - y;
    const down = diagonal === -count || (diagonal !== count && at(diagonal - 1) < at(diagonal + 1));
    const fromX = at(down ? diagonal + 1 : diagonal - 1);
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0 && old[x - 1] === now[y - 1]) {
      edits.push({ sign: " ", line: old[x - 1]! });
      [x, y] = [x - 1, y - 1];
    }
    if (down) edits.push({ sign: "+", line: now[y - 1]! });
    else edits.push({ sign: "-", line: old[x - 1]! });
    [x, y] = [fromX, fromY];
  }
  for (; x > 0 && y > 0; x -= 1, y -= 1) edits.push({ sign: " ", line: old[x - 1]! });
  return edits.reverse();
}

function formatHunks(edits: readonly Edit[]): string {
  const changed = edits.flatMap(({ sign }, index) => (sign === " " ? [] : [index]));
  let text = "";
  for (let first = 0; first < changed.length; ) {
    let last = first;
    while (last + 1 < changed.length && changed[last + 1]! - changed[last]! <= 2 * CONTEXT) last += 1;
    const start = Math.max(0, changed[first]! - CONTEXT);
    const end = Math.min(edits.length, changed[last]! + CONTEXT + 1);
    const [before, hunk] = [edits.slice(0, start), edits.slice(start, end)];
    const count = (list: readonly Edit[], skipped: Edit["sign"]) => list.filter(({ sign }) => sign !== skipped).length;
    const range = (skipped: Edit["sign"]) => {
      const length = count(hunk, skipped);
      const from = count(before, skipped) + (length === 0 ? 0 : 1);
      return length === 1 ? String(from) : `${from},${length}`;
    };
    text += `@@ -${range("+")} +${range("-")} @@\n${hunk.map(({ sign, line }) => (line.endsWith("\n") ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`)).join("")}`;
    first = last + 1;
  }
  return text;
}
