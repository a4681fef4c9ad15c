import { usageFault } from "./errors.ts";

/** The dataset of a command, which may be named first (`data stats DIR`) or with `--dataset-path DIR`. @throws `cli.usage` where it is not named, or two are */
export function namedDataset(named: string | undefined, datasetPath: string | undefined, command: string): string {
  const path = named ?? datasetPath;
  if (path === undefined) throw usageFault("a dataset's directory is needed", `tunesmith ${command}`);
  if (datasetPath !== undefined && datasetPath !== path) throw usageFault(`two datasets are named, ${path} and ${datasetPath}`, `tunesmith ${command}`);
  return path;
}

/** Options that would do nothing without a tokenizer. @throws `cli.usage` */
export function requireTokenizer(modelName: string | undefined, given: Readonly<Record<string, unknown>>, command: string): void {
  const idle = Object.entries(given).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (modelName === undefined && idle.length > 0) throw usageFault(`${idle.join(", ")}: --model-name is needed, whose tokenizer counts`, `tunesmith ${command}`);
}
