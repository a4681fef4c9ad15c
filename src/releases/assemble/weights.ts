// The adapter, and the model it was merged into: only what says itself that it was made of this checkpoint.
import { join } from "node:path";
import { ADAPTER_FILE } from "../../checkpoints/index.ts";
import { exists, isFile, listDirectory, readJson, readText } from "../../files/index.ts";
import { findArtifact } from "../../runs/index.ts";
import { lacking, type Part, type PlannedFile } from "./part.ts";
import { checkpointPlace, suggest, type SourceRun } from "./source-run.ts";

/** What only a training that goes on needs. */
const OF_THE_TRAINING: ReadonlySet<string> = new Set(["optimizer.safetensors", "trainer_state.json"]);

/** The adapter without the state of its training. @param baseId replaces a path of this machine in adapter_config.json */
export function adapterPart({ checkpoint }: SourceRun, baseId: string | null): Part {
  const { weights } = checkpoint.metadata;
  const files = listDirectory(checkpoint.directory).files.filter((name) => !name.startsWith(".") && !OF_THE_TRAINING.has(name));
  const planned = files.map((name): PlannedFile => {
    const file = join(checkpoint.directory, name);
    const renamed = name === "adapter_config.json" && baseId !== null ? withBase(file, baseId) : undefined;
    return { path: `adapter/${name}`, role: "adapter", from: renamed === undefined ? { file } : { text: renamed }, ...(name === weights.file && { recorded: weights.sha256 }) };
  });
  const isAdapter = files.includes(ADAPTER_FILE);
  return isAdapter ? { files: planned, missing: [], facts: undefined } : lacking(undefined, "adapter", `the checkpoint ${checkpoint.name} holds whole weights, no adapter`, null);
}

/** PEFT loads the base from where this file says; undefined when it says that already. */
function withBase(path: string, baseId: string): string | undefined {
  const config = readJson(path) as Readonly<Record<string, unknown>>;
  return config["base_model_name_or_path"] === baseId ? undefined : `${JSON.stringify({ ...config, base_model_name_or_path: baseId }, null, 2)}\n`;
}

/** The merged model; `facts` is its directory. */
export function mergedPart(run: SourceRun): Part<string | undefined> {
  const { directory, record, checkpoint, place } = run;
  const command = suggest("merge", "--model-path", checkpointPlace(run), "--output-dir", place(join(directory, "merged_model")));
  const merged = findArtifact(record.artifacts["merged_model"] ?? "merged_model", directory);
  if (merged === undefined || !isFile(join(merged, "config.json"))) return lacking(undefined, "merged model", "nothing was merged", command);
  const { checkpoint_id: made } = provenanceOf(merged);
  if (made !== checkpoint.metadata.id) return lacking(undefined, "merged model", `${place(merged)} ${made === undefined ? "does not say which checkpoint it was made of" : `was made of ${made}, not of ${checkpoint.metadata.id} (${checkpoint.name})`}`, command);
  const files = listDirectory(merged).files.filter((name) => !name.startsWith(".") && name !== "README.md");
  return { files: files.map((name) => ({ path: `merged/${name}`, role: "merged", from: { file: join(merged, name) } })), missing: [], facts: merged };
}

/** What a Hugging Face directory says of its own making. */
export function provenanceOf(directory: string): Readonly<Record<string, string | undefined>> {
  const path = join(directory, "config.json");
  const config = exists(path) ? (readJson(path) as { readonly tunesmith?: Readonly<Record<string, string>> }) : {};
  return config.tunesmith ?? {};
}

/** config.yaml of the run, as it was resolved. */
export function configPart({ directory }: SourceRun): Part {
  const file = join(directory, "config.yaml");
  return isFile(file) && readText(file) !== "" ? { files: [{ path: "config.yaml", role: "config", from: { file } }], missing: [], facts: undefined } : { files: [], missing: [], facts: undefined };
}
