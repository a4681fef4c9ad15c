import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FIXTURES } from "../../../test/fixtures/formats/write-ours.ts";
import { openGguf } from "../gguf/index.ts";
import { convertToGguf, openModel } from "./index.ts";
import { describeSource, findLicense } from "./source-description.ts";

const scratch = mkdtempSync(join(tmpdir(), "card-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function describeCard(text: string): Readonly<Record<string, unknown>> {
  writeFileSync(join(scratch, "README.md"), text);
  return Object.fromEntries([...describeSource({ path: scratch, format: "hf" })].map(([key, { value }]) => [key, value]));
}

describe("the card of a model", () => {
  it("tells licence and base", () => {
    expect(describeCard("---\nlicense: other\nlicense_name: my-licence # see below\nlicense_link: 'https://example.org/l'\nbase_model:\n- org/base-1B\ntags: [a]\n---\n# Card\nlicense: no\n")).toEqual({
      "general.license": "other",
      "general.license.name": "my-licence",
      "general.license.link": "https://example.org/l",
      "general.base_model.count": 1,
      "general.base_model.0.name": "base-1B",
      "general.base_model.0.organization": "org",
      "general.base_model.0.repo_url": "https://huggingface.co/org/base-1B",
    });
  });

  it("tells nothing where it has no head, or says it otherwise", () => {
    for (const text of ["", "# Card\nlicense: mit\n", "---\nlicense:\ntags:\n- license\n---\n", "---\nlicense: [mit, apache-2.0]\nlicense_name: |\n  long\n---\n", "---\nlicense: mit\n"]) expect(describeCard(text)).toEqual({});
  });
});

it("goes along from GGUF to GGUF, and gives way to what is said anew", () => {
  const source = openModel(join(FIXTURES, "tiny-llama"));
  const first = join(scratch, "first.gguf");
  convertToGguf(source, first, { type: "f32", provenance: { run_id: "r1", version: "v1.0", license: "mit", "general.name": "tickets" } });
  source.close();
  const again = openModel(first);
  const second = join(scratch, "second.gguf");
  convertToGguf(again, second, { type: "f16", provenance: { version: "v1.1" } });
  again.close();
  const { metadata, close } = openGguf(second);
  close();
  const said = ["tunesmith.run_id", "general.license", "general.version", "tunesmith.version", "general.name", "general.file_type"].map((key) => metadata.get(key)?.value);
  expect(said).toEqual(["r1", "mit", "v1.1", "v1.1", "tickets", 1]);
  // With an adapter merged in, it is no longer run r1's.
  expect([...describeSource({ path: first, format: "gguf" }, { isAdapted: true }).keys()]).toEqual(["general.license"]);
});

it("is read from the config.json of what was merged here, and its licence from any", () => {
  rmSync(join(scratch, "README.md"), { force: true });
  writeFileSync(join(scratch, "config.json"), JSON.stringify({ tunesmith: { run_id: "r1", license: "other", "general.license.name": "mine", digits: 3 } }));
  expect(describeSource({ path: scratch, format: "hf" }).get("tunesmith.run_id")?.value).toBe("r1");
  expect(findLicense({ path: scratch, format: "hf" })).toEqual({ license: "other", "general.license.name": "mine" });
});
