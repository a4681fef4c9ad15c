// A plan that was cut off must be finished or undone before the next one; this names the commands that do it.
import { TunesmithError, toErrorRecord } from "../errors.ts";
import { listJournals } from "../files/index.ts";
import { formatCommand } from "./format.ts";

/** Which verb of `checkpoints` goes on with a plan of that purpose. */
const VERBS: Readonly<Record<string, string>> = { "prune checkpoints": "prune", "migrate checkpoints": "migrate" };

/** Runs `act`; when it fails and leaves (or finds) an interrupted plan, the error says which commands go on with it or take it back. @param words of the place, as given to the command */
export async function withJournalHint<T>(workspace: string, words: readonly string[], act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    const { code, message, hint, details, exit_code: exitCode } = toErrorRecord(thrown);
    const open = code === "internal" ? undefined : listJournals(workspace).find(({ state }) => state === "open");
    const verb = VERBS[open?.purpose ?? ""];
    if (verb === undefined) throw thrown;
    const first = code === "files.journal_open" || code === "files.journal_stopped" || hint === undefined ? "" : `${hint} `;
    const ways = `Run ${formatCommand("checkpoints", verb, ...words, "--resume")} or ${formatCommand("checkpoints", verb, ...words, "--undo")}.`;
    throw new TunesmithError({ code, message, hint: `${first}${ways}`, exitCode, cause: thrown, ...(details !== undefined && { details }) });
  }
}
