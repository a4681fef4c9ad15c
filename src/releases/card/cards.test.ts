import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { releaseRecord } from "../../../test/helpers/released-run.ts";
import { writeSplitsOf } from "../../../test/helpers/written-splits.ts";
import { openDataset } from "../../data/index.ts";
import type { DatasetRecord } from "../../records/index.ts";
import { renderDatasetCard } from "./dataset-card.ts";
import { renderEvaluationsCard } from "./evaluations-card.ts";
import { renderModelCard } from "./model-card.ts";
import { parseCardHead } from "./read-head.ts";

const GOLDEN = "../../../test/fixtures/release-cards";
const PLACE = { modelId: "acme/support", dataset: { id: "acme/tickets", tag: "d1.0", commit: "a1".repeat(20) }, evaluationsId: "acme/evals" };

it("writes the card of a model, to the byte", async () => {
  await expect(renderModelCard(releaseRecord(), PLACE)).toMatchFileSnapshot(`${GOLDEN}/model.md`);
});

it("says in the head what the Hub reads: base, relation, data at a revision, scores", () => {
  const head = parseCardHead(renderModelCard(releaseRecord(), PLACE));
  expect(head).toMatchObject({ base_model: "acme/tiny", base_model_relation: "finetune", library_name: "transformers", datasets: ["acme/tickets"], language: ["en"], tags: ["tunesmith", "lora", "gguf"] });
  expect(head["model-index"]).toEqual([{ name: "support v1.2", results: [{ task: { type: "text-generation" }, dataset: { type: "acme/tickets", name: "tickets d1.0", split: "test", revision: "a1".repeat(20) }, metrics: [{ type: "f1", value: 0.8765, name: "F1 (micro)" }, { type: "accuracy", value: 0.8234, name: "Accuracy" }] }] }]);
});

it("chooses no licence where base and data do not agree, and says so", () => {
  const text = renderModelCard(releaseRecord(), PLACE);
  expect(parseCardHead(text)["license"]).toBeUndefined();
  expect(text).toContain("**Conflict:** the base model is under mit, the dataset under cc-by-nc-4.0");
  const decided = renderModelCard(releaseRecord({ licence: { chosen: "cc-by-nc-4.0", base: "mit", dataset: "cc-by-nc-4.0", conflict: "they differ" } }));
  expect(parseCardHead(decided)["license"]).toBe("cc-by-nc-4.0");
});

it("is the card of an adapter where nothing was merged, and says nothing it does not know", () => {
  const text = renderModelCard(releaseRecord({ files: [releaseRecord().files[0]!], gguf: [], evaluation: null, dataset: null, base_model: { id: null, path: "/models/tiny", digest: null, architecture: "llama" } }));
  const head = parseCardHead(text);
  expect(head).toEqual({ library_name: "peft", pipeline_tag: "text-generation", tags: ["tunesmith", "lora"] });
  expect(text).toContain("Nothing was measured");
  expect(text).not.toContain("/models/tiny");
});

it("lets no name end a line of the head or of a table", () => {
  const text = renderModelCard(releaseRecord({ name: "a\n---\nlicense: mit | **x**" }), PLACE);
  expect(parseCardHead(text)["license"]).toBeUndefined();
  expect(text.split("\n").filter((line) => line === "---")).toHaveLength(2);
});

it("writes the cards of a dataset and of a table of evaluations, to the byte", async () => {
  const directory = mkdtempSync(join(tmpdir(), "tunesmith-card-"));
  const row = (id: string) => ({ id, instruction: "Name the role.", input: `Text ${id}`, output: "Weapon", labels: ["Weapon"] });
  writeSplitsOf(directory, { train: [row("a"), row("b")], validation: [], test: [row("c")] });
  const record: DatasetRecord = { ...openDataset(directory).check(), name: "tickets", version: "d1.0" };
  rmSync(directory, { recursive: true });
  await expect(renderDatasetCard({ record, id: "acme/tickets", tag: "d1.0", licence: "cc-by-nc-4.0", languages: ["en"], labelNames: ["Trigger", "Casualty", "Weapon"], others: ["train.csv", "test.csv"] })).toMatchFileSnapshot(`${GOLDEN}/dataset.md`);
  await expect(renderEvaluationsCard("acme/evals")).toMatchFileSnapshot(`${GOLDEN}/evaluations.md`);
});
