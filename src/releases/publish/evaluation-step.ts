// A row in the shared table of evaluations. The table is read at a commit and written on that commit alone, so that of two publishers none loses
// its row; a table that cannot be read is left as it is.
import type { ReleaseRecord } from "../../records/index.ts";
import { renderEvaluationsCard } from "../card/evaluations-card.ts";
import { rowTaken, tableUnreadable } from "../errors.ts";
import type { HubPort, RemoteFile } from "../hub-port.ts";
import { evaluationRow, type PublishedPlaces } from "./evaluation-row.ts";
import { commitOnHead } from "./put-files.ts";
import type { Step } from "./step.ts";
import { appendRow, parseTable } from "./table.ts";

export const TABLE_FILE = "evals_results.csv";

export interface EvaluationTarget {
  readonly id: string;
  readonly record: ReleaseRecord;
  readonly modelId: string;
  readonly private: boolean;
}

/** @param places asked when model and dataset are published */
export function evaluationStep(hub: HubPort, { id, record, modelId, private: isPrivate }: EvaluationTarget, places: () => PublishedPlaces): Step {
  const readTable = async (commit: string, files: ReadonlyMap<string, RemoteFile>): Promise<string | undefined> => {
    if (!files.has(TABLE_FILE)) return undefined;
    const bytes = await hub.read("dataset", id, commit, TABLE_FILE);
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      parseTable(text);
      return text;
    } catch (cause) {
      throw tableUnreadable(id, commit, (cause as Error).message);
    }
  };
  const hasRow = (text: string, commit: string): boolean => {
    const rows = parseTable(text).rows.filter((row) => row["version"] === record.version && row["model_repo"] === modelId);
    const other = rows.find((row) => row["release_digest"] !== record.digest);
    if (other !== undefined) throw rowTaken(id, commit, record.version, other["release_digest"] ?? "none", record.digest);
    return rows.length > 0;
  };
  return {
    name: "evaluation",
    place: id,
    title: `a row of ${record.version} in ${TABLE_FILE}`,
    async find() {
      const head = await hub.head("dataset", id);
      const text = head === undefined ? undefined : await readTable(head, await hub.files("dataset", id, head));
      return head !== undefined && text !== undefined && hasRow(text, head) ? { commit: head, note: `a row in ${TABLE_FILE} at ${head.slice(0, 12)}` } : undefined;
    },
    async make() {
      await hub.createRepository("dataset", id, { private: isPrivate });
      // A first commit has no parent to hold on to: the card goes alone, and the table on top of it.
      await commitOnHead(hub, { kind: "dataset", id }, { summary: "Table of evaluations" }, (files) =>
        Promise.resolve(files.has("README.md") ? [] : [{ path: "README.md", source: { bytes: new TextEncoder().encode(renderEvaluationsCard(id)) } }]),
      );
      await commitOnHead(hub, { kind: "dataset", id }, { summary: `${modelId} ${record.version}` }, async (files, head) => {
        const text = await readTable(head!, files);
        if (text !== undefined && hasRow(text, head!)) return [];
        return [{ path: TABLE_FILE, source: { bytes: new TextEncoder().encode(appendRow(text, evaluationRow(record, places()))) } }];
      });
    },
  };
}
