// The rules of the house, each a function from a file to what is wrong with it.
import { basename, dirname, join } from "node:path/posix";
import { findCircles } from "./circles.ts";
import { EMPTY_NAMES, floorOf, FLOORS, MOST_LINES, NARROW, OWNERS, roomOf } from "./floors.ts";
import type { ImportLine, SourceFile } from "./source.ts";

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly why: string;
}

type Rule = (file: SourceFile) => readonly Violation[];

/** Everything wrong with a tree of files, in the order of the files. */
export function checkHouse(files: readonly SourceFile[]): readonly Violation[] {
  const rules: readonly Rule[] = [named, sized, exported, exiting, doorOnlyReExports, owned, floored, throughDoors];
  return [...files.flatMap((file) => rules.flatMap((rule) => rule(file))), ...missing(files), ...circles(files)];
}

const named: Rule = (file) => {
  if (!inSource(file)) return [];
  const parts = file.path.slice(4).replace(/(\.test)?\.ts$/, "").split("/");
  const empty = parts.find((part) => EMPTY_NAMES.includes(part));
  if (empty !== undefined) return [at(file, 1, "no empty names", `"${empty}" does not say what is inside; name the noun`)];
  const room = roomOf(file.path.slice(4));
  return floorOf(room) === undefined ? [at(file, 1, "every room has a floor", `"${room}" is not in scripts/house/floors.ts`)] : [];
};

const sized: Rule = (file) =>
  inSource(file) && !isTest(file) && file.lineCount > MOST_LINES
    ? [at(file, MOST_LINES + 1, `at most ${MOST_LINES} lines`, `it has ${file.lineCount}; split it by concept`)]
    : [];

const exported: Rule = (file) => file.defaultExports.map((line) => at(file, line, "no default exports", "a name that importers choose cannot be searched for"));

/** A `…-main.ts` is the first file of a child process: it ends its own. */
const exiting: Rule = (file) =>
  inSource(file) && roomOf(file.path.slice(4)) !== "cli" && !file.path.endsWith("-main.ts")
    ? file.exits.map((line) => at(file, line, "only cli ends the process", "throw a TunesmithError and let the caller decide"))
    : [];

const doorOnlyReExports: Rule = (file) => {
  if (!isDoor(file.path)) return [];
  const rule = "a door only re-exports names";
  const foreign = file.path === "src/index.ts" ? [] : file.imports.filter((entry) => !entry.from.startsWith("./"));
  return [
    ...file.beyondReExports.map((line) => at(file, line, rule, 'write `export { a, b } from "./file.ts"` and nothing else')),
    ...foreign.map((entry) => at(file, entry.line, rule, `${entry.from} is not of this room`)),
  ];
};

const owned: Rule = (file) => {
  if (!inSource(file) || isTest(file)) return [];
  const room = roomOf(file.path.slice(4));
  return file.imports.flatMap((entry) => {
    const owner = OWNERS.find(({ packages }) => packages.some((name) => entry.from === name || entry.from.startsWith(`${name}/`)));
    return owner === undefined || owner.room === room ? [] : [at(file, entry.line, "owners", `${entry.from} belongs to src/${owner.room}; use its door`)];
  });
};

const floored: Rule = (file) => {
  if (!inSource(file)) return [];
  const room = roomOf(file.path.slice(4));
  const floor = floorOf(room);
  if (floor === undefined) return [];
  return roomsImported(file).flatMap(({ entry, target }) => {
    const targetFloor = floorOf(roomOf(target));
    const other = roomOf(target);
    if (other === room || targetFloor === undefined) return [];
    if (targetFloor > floor) return [at(file, entry.line, "import only lower floors", `${other} stands above ${room}`)];
    if (targetFloor === floor) return [at(file, entry.line, "import only lower floors", `${room} and ${other} share a floor (${FLOORS[floor]!.join(", ")}); join them above, by arguments`)];
    const allowed = NARROW[room];
    return allowed === undefined || allowed.includes(other) ? [] : [at(file, entry.line, "import only lower floors", `${room} may import only ${allowed.join(", ")}`)];
  });
};

const throughDoors: Rule = (file) => {
  if (file.path.startsWith("test/")) return [];
  const room = inSource(file) ? roomOf(file.path.slice(4)) : undefined;
  return roomsImported(file).flatMap(({ entry, target }) => {
    const other = roomOf(target);
    if (other === room) {
      const ownDoor = target === `${room}/index.ts` && !isTest(file);
      return ownDoor ? [at(file, entry.line, "a room never imports its own door", `import the file that defines the name instead of ${entry.from}`)] : [];
    }
    if (other === target || target === `${other}/index.ts`) return [];
    return [at(file, entry.line, "enter a room by its door", `import src/${other}/index.ts instead of src/${target}`)];
  });
};

function missing(files: readonly SourceFile[]): readonly Violation[] {
  const paths = new Set(files.map((file) => file.path));
  return files.flatMap((file) =>
    relativeImports(file).flatMap(({ entry, target }) =>
      !target.endsWith(".ts") || paths.has(target) ? [] : [at(file, entry.line, "imports stand", `there is no ${target}`)],
    ),
  );
}

function circles(files: readonly SourceFile[]): readonly Violation[] {
  const edges = new Map(files.map((file) => [file.path, relativeImports(file).map(({ target }) => target)]));
  return findCircles(edges).map((circle) => ({ file: circle[0]!, line: 1, rule: "no circles", why: [...circle, circle[0]].join(" → ") }));
}

/** The imports that lead into `src/`, with the target as a path below it. */
function roomsImported(file: SourceFile): readonly { readonly entry: ImportLine; readonly target: string }[] {
  return relativeImports(file).flatMap(({ entry, target }) => (target.startsWith("src/") ? [{ entry, target: target.slice(4) }] : []));
}

function relativeImports(file: SourceFile): readonly { readonly entry: ImportLine; readonly target: string }[] {
  return file.imports.flatMap((entry) => (entry.from.startsWith(".") ? [{ entry, target: join(dirname(file.path), entry.from) }] : []));
}

function inSource(file: SourceFile): boolean {
  return file.path.startsWith("src/");
}

function isTest(file: SourceFile): boolean {
  return file.path.endsWith(".test.ts");
}

function isDoor(path: string): boolean {
  if (!path.startsWith("src/") || basename(path) !== "index.ts") return false;
  const below = path.slice(4);
  return below === "index.ts" || dirname(below) === roomOf(below);
}

function at(file: SourceFile, line: number, rule: string, why: string): Violation {
  return { file: file.path, line, rule, why };
}
