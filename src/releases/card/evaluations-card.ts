import { renderCard } from "./markdown.ts";

/** The card of a table of evaluations, written once: when the repository is new. */
export function renderEvaluationsCard(id: string): string {
  const name = id.split("/").at(-1) ?? id;
  return renderCard(
    { pretty_name: name, tags: ["tunesmith", "evaluation"], configs: [{ config_name: "default", data_files: [{ split: "train", path: "evals_results.csv" }] }] },
    [
      `# ${name}`,
      "One row a released model: its settings, its scores, and the digests of what was trained and what it was measured on. Rows are only ever added.",
      "Two rows compare only when `dataset_digest` and `evaluation_digest` are the same in both; `metrics` holds every score with its 95 % bootstrap interval as JSON.",
      "The licence of each model and dataset stands in its own card.",
    ],
  );
}
