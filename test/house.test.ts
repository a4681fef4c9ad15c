import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { checkTree, describeViolation } from "../scripts/check-house.ts";
import { readSource } from "../scripts/house/source.ts";

const trees: string[] = [];

/** What the check says about a tree that holds these files. */
function complaints(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), "house-"));
  trees.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkTree(root).violations.map(describeViolation);
}

afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true });
});

const filesDoor = { "src/files/read.ts": "export const read = 1;", "src/files/index.ts": 'export { read } from "./read.ts";' };

describe("the house check", () => {
  it("accepts this repository", () => {
    expect(checkTree(fileURLToPath(new URL("..", import.meta.url))).violations.map(describeViolation)).toEqual([]);
  });

  it("accepts a lower room entered by its door", () => {
    expect(complaints({ ...filesDoor, "src/runs/list.ts": 'import { read } from "../files/index.ts";\nexport const a = read;' })).toEqual([]);
  });

  it("refuses a higher room, also for a type", () => {
    expect(complaints({ ...filesDoor, "src/errors.ts": 'import type { read } from "./files/index.ts";' })).toEqual([
      "src/errors.ts:1 → import only lower floors → files stands above errors.ts",
    ]);
  });

  it("refuses a sibling and names the floor", () => {
    const found = complaints({ "src/records/run.ts": "export type A = typeof import('../files/index.ts');", ...filesDoor });
    expect(found).toEqual(["src/records/run.ts:1 → import only lower floors → records and files share a floor (records, files); join them above, by arguments"]);
  });

  it("refuses what a narrow room may not import", () => {
    expect(complaints({ "src/route.ts": "export const a = 1;", "src/records/run.ts": 'import { a } from "../route.ts";' })).toEqual([
      "src/records/run.ts:1 → import only lower floors → records may import only errors.ts",
    ]);
  });

  it("refuses a way around a door, and a room's own door", () => {
    expect(complaints({ ...filesDoor, "src/runs/list.ts": 'import { read } from "../files/read.ts";' })).toEqual([
      "src/runs/list.ts:1 → enter a room by its door → import src/files/index.ts instead of src/files/read.ts",
    ]);
    expect(complaints({ ...filesDoor, "src/files/walk.ts": 'import { read } from "./index.ts";' })).toEqual([
      "src/files/walk.ts:1 → a room never imports its own door → import the file that defines the name instead of ./index.ts",
    ]);
  });

  it("treats rooms of the engine as rooms", () => {
    const tree = { "src/engine/gguf/index.ts": 'export { a } from "./open.ts";', "src/engine/gguf/open.ts": "export const a = 1;" };
    expect(complaints({ ...tree, "src/engine/models/open.ts": 'export { a } from "../gguf/index.ts";' })).toEqual([]);
    expect(complaints({ ...tree, "src/engine/ggml/open.ts": 'export { a } from "../gguf/index.ts";' })).toHaveLength(1);
  });

  it("refuses anything but named re-exports in a door", () => {
    const read = { "src/files/read.ts": "export const read = 1;" };
    const rule = "a door only re-exports names";
    expect(complaints({ ...read, "src/files/index.ts": 'export * from "./read.ts";' })[0]).toContain(rule);
    expect(complaints({ ...read, "src/files/index.ts": 'export { read } from "./read.ts";\nexport const b = 2;' })[0]).toContain(`index.ts:2 → ${rule}`);
    expect(complaints({ ...read, "src/files/index.ts": 'import { read } from "./read.ts";\nexport { read };' })[0]).toContain(rule);
    expect(complaints({ "src/files/index.ts": 'export { z } from "zod";' })[0]).toContain("zod is not of this room");
    expect(complaints({ ...read, "src/files/index.ts": '// why\nexport { read, type Reading } from "./read.ts"\nexport type { A } from "./read.ts";' })).toEqual([]);
  });

  it("holds the owners, but not in tests", () => {
    expect(complaints({ "src/runs/list.ts": 'import { readFile } from "node:fs/promises";' })).toEqual([
      "src/runs/list.ts:1 → owners → node:fs/promises belongs to src/files; use its door",
    ]);
    expect(complaints({ "src/runs/list.test.ts": 'import "node:fs";', "src/files/read.ts": 'import "node:fs";' })).toEqual([]);
  });

  it("refuses empty names and rooms without a floor", () => {
    expect(complaints({ "src/utils/x.ts": "" })[0]).toContain('"utils" does not say what is inside');
    expect(complaints({ "src/runs/helpers.ts": "" })[0]).toContain("no empty names");
    expect(complaints({ "src/kitchen/x.ts": "" })[0]).toContain('"kitchen" is not in scripts/house/floors.ts');
  });

  it("refuses default exports, and process.exit outside cli", () => {
    expect(complaints({ "src/runs/a.ts": "export default 1;" })[0]).toContain("no default exports");
    expect(complaints({ "src/runs/a.ts": "process.exit(1);" })[0]).toContain("only cli ends the process");
    expect(complaints({ "src/cli/a.ts": "process.exit(1);", "src/runs/child-main.ts": "process.exit(1);", "src/runs/a.ts": "process.exitCode = 1;" })).toEqual([]);
  });

  it("refuses a source past 300 lines; a test may be longer", () => {
    const long = "export {};\n".repeat(301);
    expect(complaints({ "src/runs/a.ts": long })[0]).toContain("it has 301; split it by concept");
    expect(complaints({ "src/runs/a.test.ts": long, "src/runs/b.ts": "export {};\n".repeat(300) })).toEqual([]);
  });

  it("finds circles between files, also through types", () => {
    const tree = { "src/runs/a.ts": 'import "./b.ts";', "src/runs/b.ts": 'import type { C } from "./c.ts";', "src/runs/c.ts": 'import "./a.ts";' };
    expect(complaints(tree)).toEqual(["src/runs/a.ts:1 → no circles → src/runs/a.ts → src/runs/b.ts → src/runs/c.ts → src/runs/a.ts"]);
  });

  it("names an import of a file that is not there", () => {
    expect(complaints({ "src/runs/a.ts": 'import "./gone.ts";' })).toEqual(["src/runs/a.ts:1 → imports stand → there is no src/runs/gone.ts"]);
  });
});

describe("reading imports", () => {
  const importsOf = (text: string) => readSource("src/x.ts", text).imports.map((entry) => entry.from);

  it("sees every form of import", () => {
    const text = [
      'import a, { type b } from "./a.ts";',
      "import * as c from './c.ts'",
      'import "./d.ts";',
      'export type { E } from "./e.ts";',
      'const f = await import("./f.ts");',
      'import { long,\n  list } from "./g.ts";',
    ].join("\n");
    expect(importsOf(text)).toEqual(["./a.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts", "./g.ts"]);
  });

  it("is not fooled by comments, strings, templates, divisions and regular expressions", () => {
    const text = [
      '// import "./no.ts"',
      '/* import "./no.ts" */',
      "const a = \"import './no.ts'\";",
      'const b = `import "./no.ts" ${`${{ x: 1 }.x} import "./no.ts"`} import "./no.ts"`;',
      'const c = /["\'`/]/.test(a) ? 1 / 2 : 3 / 4; const d = /[/"]/;',
      "const e = import.meta.url;",
      "export const from = 1;",
      'import "./yes.ts";',
    ].join("\n");
    expect(importsOf(text)).toEqual(["./yes.ts"]);
  });
});
