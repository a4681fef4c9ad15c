import type { ReleaseRecord } from "../../records/index.ts";
import type { CardPlace } from "./card-place.ts";
import { section } from "./markdown.ts";
import { formOf } from "./model-head.ts";

/** The commands and lines that load each form of the model at this very version. */
export function loadSection(record: ReleaseRecord, { modelId, endpoint }: CardPlace): string {
  const { version, gguf, base_model: base } = record;
  const form = formOf(record);
  const place = JSON.stringify(modelId ?? `models/releases/${version}/${form === "transformers" ? "merged" : "adapter"}`);
  const revision = modelId === undefined ? "" : `, revision=${JSON.stringify(version)}`;
  const baseName = JSON.stringify(base.id ?? base.path.split(/[\\/]/).at(-1));
  const smallest = [...gguf].sort((a, b) => a.size_bytes - b.size_bytes)[0];
  const blocks = [
    form === "transformers"
      ? fenced("python", `from transformers import AutoModelForCausalLM, AutoTokenizer\n\nmodel = AutoModelForCausalLM.from_pretrained(${place}${revision})\ntokenizer = AutoTokenizer.from_pretrained(${place}${revision})`)
      : form === "peft"
        ? fenced("python", `from peft import PeftModel\nfrom transformers import AutoModelForCausalLM\n\nbase = AutoModelForCausalLM.from_pretrained(${baseName})\nmodel = PeftModel.from_pretrained(base, ${place}${revision})`)
        : "",
    smallest === undefined ? "" : fenced("sh", modelId === undefined ? `tunesmith serve --quantized-model models/releases/${version}/${smallest.path}` : `hf download ${modelId} ${smallest.path} --revision ${version} --local-dir .\ntunesmith serve --quantized-model ${smallest.path}`),
    modelId === undefined || endpoint === undefined ? "" : `The repository is on ${endpoint}: set \`HF_ENDPOINT=${endpoint}\`.`,
  ];
  return section("How to load", ...blocks);
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
