import { readerOf, splitOfName, type SourceFile } from "../files.ts";

/** Files of a dataset on the Hub that stand on this disk, and where they came from. */
export interface HubRows {
  /** `owner/name`. */
  readonly id: string;
  /** The state of the repository that they are of. */
  readonly commit: string;
  readonly config: string;
  /** The dataset's own splits that they are of. */
  readonly splits: readonly string[];
  readonly files: readonly { readonly name: string; readonly path: string; readonly split: string }[];
  /** As a card or dataset_info.json has them; names of classes are taken from here. */
  readonly features?: unknown;
  /** Rows that there should be, if a card tells. */
  readonly rows?: number;
}

/** The files to read, in their order. */
export function sourceFilesOf({ files }: HubRows): readonly SourceFile[] {
  return files.map(({ name, path, split }) => {
    const read = readerOf(name);
    if (read === undefined) throw new Error(`internal: ${name} was chosen, and there is no reader for it`);
    const spoken = splitOfName(split);
    return { name, path, read, ...(spoken !== undefined && { split: spoken }) };
  });
}
