import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { writeSplitsOf } from "../../../test/helpers/written-splits.ts";
import { openDataset } from "../load.ts";
import type { Row } from "../row.ts";
import { countBars, profileDataset, tokenBars } from "./profile.ts";

const home = mkdtempSync(join(tmpdir(), "profile-"));
afterAll(() => rmSync(home, { recursive: true }));

const row = (id: string, extra: Partial<Row> = {}): Row => ({ id, instruction: "one two", input: "", output: "three", ...extra });

it("counts tasks, labels, entities and words in one pass, and names the columns that are filled", () => {
  const train = [
    row("a", { task: "label", labels: ["Trigger", "Weapon"] }),
    row("b", { task: "label", labels: [] }),
    row("c", { task: "names", entities: [{ type: "Disease", text: "gout" }, { type: "Disease", text: "acne" }] }),
    row("d", { output: "three four five" }),
  ];
  writeSplitsOf(home, { train, validation: [], test: [row("e", { labels: ["Weapon"] })] });
  const seen: string[] = [];
  const profile = profileDataset(openDataset(home), (split, { id }) => void seen.push(`${split} ${id}`));
  expect(seen).toEqual(["train a", "train b", "train c", "train d", "test e"]);
  expect(profile).toMatchObject({
    words: [{ name: "3", value: 4 }, { name: "4", value: 0 }, { name: "5", value: 1 }],
    tasks: { "(none)": { train: 1, validation: 0, test: 1 }, label: { train: 2, validation: 0, test: 0 }, names: { train: 1, validation: 0, test: 0 } },
    labels: { "(none)": { train: 1, validation: 0, test: 0 }, Trigger: { train: 1, validation: 0, test: 0 }, Weapon: { train: 1, validation: 0, test: 1 } },
    entities: { Disease: { train: 1, validation: 0, test: 0 } },
    columns: ["id", "instruction", "input", "output", "task", "labels", "entities"],
  });
  expect(countBars(profile.labels)[0]).toEqual({ name: "Weapon", value: 2 });
});

it("names the classes of a recorded histogram by the tokens that are in them", () => {
  const tokens = { total: 0, mean: 0, shortest: 16, median: 0, longest: 70, tokenizer: "t", limit: null, cut_rows: 0 };
  expect(tokenBars({ ...tokens, histogram: [{ most: 32, rows: 4 }, { most: 33, rows: 1 }, { most: 70, rows: 2 }] })).toEqual([{ name: "16 to 32", value: 4 }, { name: "33", value: 1 }, { name: "34 to 70", value: 2 }]);
});
