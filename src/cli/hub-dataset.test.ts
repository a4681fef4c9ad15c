// `data prepare --dataset-name`, with a hub that answers inside the process.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { main } from "./main.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const PARQUET = fileURLToPath(new URL("../../test/fixtures/sources/snappy.parquet", import.meta.url));
const WORDS = ["river", "stone", "bridge", "winter", "market", "garden", "letter", "window", "captain", "village", "summer", "forest"];
const sentence = (row: number) => Array.from({ length: 12 }, (_, at) => WORDS[(row * 7 + at * (row % 5 + 1)) % WORDS.length]).join(" ");

let home: string;
/** Of the dataset owner/rows, by revision. */
let revisions: Record<string, Record<string, string | Buffer>>;
const lines = (count: number, first = 0) => Array.from({ length: count }, (_, at) => JSON.stringify({ text: `${first + at} ${sentence(first + at)}`, label: at % 2 })).join("\n");

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hub-data-"));
  const head = "dataset_info:\n  splits:\n  - name: train\n    num_examples: 31\n  - name: test\n    num_examples: 3\n  features:\n  - name: text\n    dtype: string\n  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': peace\n          '1': water\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: rows/a*.jsonl\n  - split: test\n    path: rows/b.jsonl\n";
  revisions = { main: { "README.md": `---\n${head}---\n# Rows\n`, "rows/a1.jsonl": lines(30), "rows/a2.jsonl": "", "rows/b.jsonl": lines(3, 90) } };
});
afterEach(() => rmSync(home, { recursive: true }));

async function answer(input: string | URL | Request, options: RequestInit = {}): Promise<Response> {
  const url = new URL(String(input));
  const [, revision] = /^\/api\/datasets\/owner\/rows\/revision\/(.*)$/.exec(url.pathname) ?? [];
  if (revision !== undefined) {
    const files = revisions[decodeURIComponent(revision)];
    if (files === undefined) return new Response(null, { status: 404, headers: { "x-error-code": "RevisionNotFound" } });
    return Response.json({ sha: COMMIT, siblings: Object.keys(files).map((rfilename) => ({ rfilename })) });
  }
  const name = decodeURIComponent(url.pathname).slice(`/datasets/owner/rows/resolve/${COMMIT}/`.length);
  const contents = Object.values(revisions).find((files) => Object.hasOwn(files, name))?.[name];
  if (contents === undefined) return new Response(null, { status: 404, headers: { "x-error-code": "RepoNotFound" } });
  const bytes = Buffer.from(contents as string);
  const etag = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return new Response(options.method === "HEAD" ? null : bytes, { headers: { etag: `"${etag}"`, "content-length": String(bytes.length) } });
}

async function call(words: readonly string[], environment: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: { HF_HOME: join(home, "hf"), ...environment },
    workingDirectory: home,
    now: () => new Date("2026-01-02T03:04:05Z"),
    fetch: answer as typeof fetch,
  };
  const code = await main(words, { world });
  return { code, out: out.join(""), err: err.join("") };
}
const prepare = (words: readonly string[], environment: Record<string, string> = {}) => call(["data", "prepare", "--domain", "own", "--output-dir", join(home, "out"), ...words], environment);
const byName = (...words: readonly string[]) => ["--dataset-name", "owner/rows", ...words];
const record = () => JSON.parse(readFileSync(join(home, "out", "own_dataset", "dataset.json"), "utf8")) as { sources: readonly unknown[]; statistics: { labels: Readonly<Record<string, unknown>> } };

it("prepares a dataset of the hub by its card: files, the split to train on, names of labels; commit and all in the record", async () => {
  const { code, out, err } = await prepare(byName());
  expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^downloading owner\/rows .* 100 %\nOf owner\/rows only train is read, it also has test: name all splits you want with --dataset-split\.\n$/) });
  expect(out).toContain("source      owner/rows (30 rows, columns text + label)\nhub         commit 01234567, config default, split train\nwarning     the card says that there are 31 rows, 30 were read\n");
  expect(record().sources).toMatchObject([{ kind: "hub", path: "owner/rows", hub: { commit: COMMIT, config: "default", splits: ["train"], card_rows: 31 }, rows: 30, columns: ["label"] }]);
  expect(Object.keys(record().statistics.labels).sort()).toEqual(["peace", "water"]);
});

it("links the dataset, at its commit, in the card of what was made of it", async () => {
  await prepare(byName());
  const path = join(home, "out", "own_dataset");
  expect(await call(["data", "card", "--dataset-path", path])).toMatchObject({ code: 0 });
  const card = readFileSync(join(path, "README.md"), "utf8");
  expect(card).toContain('source_datasets:\n- "owner/rows"\n');
  expect(card).toContain(`source: [owner/rows](https://huggingface.co/datasets/owner/rows/tree/${COMMIT}), config default, split train, 30 rows, SHA-256`);
});

it("prepares the same without the hub afterwards, and says that nobody checked", async () => {
  await prepare(byName());
  const { code, out, err } = await prepare(byName(), { HF_HUB_OFFLINE: "1" });
  expect(code).toBe(0);
  expect(out).toContain("unchanged ");
  expect(err).toContain("warning: owner/rows is read as the cache has it, commit 01234567: HF_HUB_OFFLINE is set\n");
});

it("reads the splits that are asked for, and a revision", async () => {
  revisions["v1"] = revisions["main"]!;
  const { code, out } = await prepare(byName("--dataset-split", "train", "test", "--revision", "v1"));
  expect(code).toBe(0);
  expect(out).toContain("splits train, test\n");
  expect(record().sources).toMatchObject([{ rows: 33, hub: { splits: ["train", "test"] } }]);
});

it("keeps the dataset's own splits", async () => {
  const { code, err } = await prepare(byName("--keep-splits", "--allow-leakage", "exact", "input", "near_duplicate"));
  expect(err).not.toContain("only train is read");
  expect(code).toBe(0);
  expect(record()).toMatchObject({ split: { method: "declared" }, splits: { train: { rows: 30 }, test: { rows: 3 } } });
});

it("reads the hub's conversion to Parquet where main has no rows", async () => {
  revisions["main"] = { "rows.py": "", "rows.zip": "" };
  expect(await prepare(byName())).toMatchObject({ code: 1, err: expect.stringContaining("they end in .py, .zip\n") });
  revisions["refs/convert/parquet"] = { "default/train/0000.parquet": readFileSync(PARQUET) };
  const { code, err } = await prepare(byName("--min-length", "0", "--skip-validation", "--train-split", "1", "--val-split", "0", "--test-split", "0"));
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("\nowner/rows has no files of these rows on main; the Hub's conversion to Parquet is read (refs/convert/parquet).\n") });
  expect(await prepare(byName("--revision", "main"))).toMatchObject({ code: 1 });
  revisions["main"] = { "README.md": "---\nconfigs:\n- config_name: default\n  data_files: '*.zip'\n---\n", "rows.zip": "", "other.json": "" };
  expect((await prepare(byName("--min-length", "0", "--skip-validation", "--train-split", "1", "--val-split", "0", "--test-split", "0"))).err).toContain("the Hub's conversion to Parquet is read");
});

it("reads what Python's datasets has loaded before", async () => {
  await prepare(byName());
  const cached = join(home, "hf", "datasets", "owner___rows", "default", "0.0.0", COMMIT);
  mkdirSync(cached, { recursive: true });
  cpSync(join(home, "out", "own_dataset", "train", "data-00000-of-00001.arrow"), join(cached, "rows-train.arrow"));
  writeFileSync(join(cached, "dataset_info.json"), JSON.stringify({ config_name: "default", features: {}, splits: { train: {} } }));
  rmSync(join(home, "hf", "hub"), { recursive: true });
  const { code, err } = await prepare(byName(), { HF_HUB_OFFLINE: "1" });
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining("as Python's datasets has it in its cache, config default, commit 01234567: Cannot get owner/rows: HF_HUB_OFFLINE is set") });
  expect(record().sources).toMatchObject([{ kind: "hub", rows: 24, hub: { commit: COMMIT, config: "default", splits: ["train"] } }]);
  expect(await prepare(byName("--dataset-split", "test"), { HF_HUB_OFFLINE: "1" })).toMatchObject({ code: 2, err: expect.stringContaining("it has no split test, there is train") });
  expect(await prepare(byName("--revision", "v1"), { HF_HUB_OFFLINE: "1" })).toMatchObject({ code: 1 });
  expect((await prepare(byName())).err).not.toContain("warning");
});

it("says what is wrong with a name, a card and a path that is none", async () => {
  expect(await prepare(["--dataset-name", "owner/none"])).toMatchObject({ code: 1, err: expect.stringContaining("https://huggingface.co has no such dataset, or it is private") });
  revisions["main"]!["README.md"] = "---\nconfigs: [a\n---\n";
  expect(await prepare(byName())).toMatchObject({ code: 1, err: expect.stringContaining("the head of its README.md cannot be used: it is not valid YAML") });
  expect(await prepare(["--input-file", "owner/rows"])).toMatchObject({ code: 1, err: expect.stringContaining("pass --dataset-name owner/rows instead of --input-file") });
  expect(await prepare(byName("--sample"))).toMatchObject({ code: 2, err: expect.stringContaining("--dataset-name and --sample each say where rows come from") });
});
