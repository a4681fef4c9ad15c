import { defineCommand } from "../../command.ts";
import { formatAmount } from "../../format.ts";
import { namedDataset } from "../../named-dataset.ts";
import { list, text } from "../../options.ts";

/** `tunesmith data card` */
export const dataCard = defineCommand({
  name: "data card",
  summary: "Write a dataset's card: README.md for people and the Hub, with plots",
  arguments: { dataset: text("dir", "a prepared dataset") },
  options: {
    datasetPath: text("dir", "the same"),
    license: text("id", "cc-by-4.0, apache-2.0, …"),
    language: list("code", "en, de, …"),
    model: list("id", "models that were trained on it"),
    hubId: text("owner/name", "where it will be published"),
    description: text("text", "one paragraph"),
  },
  examples: ["data card data/processed/healthcare_dataset --license cc-by-4.0 --language en", "data card data/processed/healthcare_dataset --hub-id me/healthcare --model me/healthcare-lora"],
  async run({ options, arguments: { dataset: named }, print }) {
    const dataset = namedDataset(named, options.datasetPath, "data card");
    const { writeDatasetCard } = await import("../../../data/index.ts");
    const { license, hubId, description } = options;
    const card = writeDatasetCard(dataset, { languages: options.language, models: options.model, ...(license !== undefined && { license }), ...(hubId !== undefined && { hubId }), ...(description !== undefined && { description }) });
    print.line(`Written ${card.path} with ${formatAmount(card.plots.length, "plot")}`);
    return { path: card.path, plots: card.plots };
  },
});
