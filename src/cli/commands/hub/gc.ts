import { defineCommand } from "../../command.ts";
import { decimalNumber, flag } from "../../options.ts";
import { hubDataOptions } from "./options.ts";

/** `tunesmith hub gc` */
export const hubGc = defineCommand({
  name: "hub gc",
  summary: "Delete large files of a hub that no commit refers to, keep checkpoints small",
  options: { ...hubDataOptions, olderThan: decimalNumber("hours", "what is younger stays", { default: 24, min: 0 }), dryRun: flag("only say what would go") },
  remark: "The hub must be stopped meanwhile. Files of commits that a branch, tag or pull request leads to stay.",
  examples: ["hub gc --dry-run", "hub gc --data /srv/hub --older-than 168 --json"],
  async run({ options, print, world }) {
    const [{ collectGarbage, newHubId, withHost }, { parseYaml }] = await Promise.all([import("../../../hub/index.ts"), import("../../../config/index.ts")]);
    return withHost(options.data, { now: world.now, newId: newHubId, parseYaml }, async (host) => {
      const { removed, freedBytes, uploads, isNewGeneration, kept, compacted } = await collectGarbage(host, { olderThanMs: 3_600_000 * options.olderThan, dryRun: options.dryRun });
      print.line(`${options.dryRun ? "Would delete" : "Deleted"} ${removed.length} large files (${(freedBytes / 1e6).toFixed(1)} MB)${uploads > 0 ? ` and ${uploads} unfinished uploads` : ""}; ${kept} are referred to.`);
      if (compacted.shrunk > 0) print.line(`Kept ${compacted.shrunk} checkpoint files as differences to the next (${(compacted.savedBytes / 1e6).toFixed(1)} MB less).`);
      if (isNewGeneration) print.note("Chunks went, too: clients get a new address for them and send what they need again.");
      return { removed, freed_bytes: freedBytes, uploads, kept, shrunk: compacted.shrunk, saved_bytes: compacted.savedBytes, dry_run: options.dryRun };
    });
  },
});
