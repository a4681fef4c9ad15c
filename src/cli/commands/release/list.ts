import { defineCommand } from "../../command.ts";
import { formatBytes, formatNumber } from "../../format.ts";
import { releaseOptions, releasesDirectory } from "./options.ts";

/** `tunesmith release list` */
export const releaseList = defineCommand({
  name: "release list",
  summary: "List releases, and where each was published",
  options: releaseOptions,
  examples: ["release list", "release list --releases-dir models/releases --json"],
  async run({ options, print }) {
    const { listPublications, listReleases } = await import("../../../releases/index.ts");
    const folder = await releasesDirectory(options);
    const { releases, unreadable } = listReleases(folder);
    const publications = listPublications(folder);
    for (const { directory, message } of unreadable) print.warn(`${directory}: ${print.visible(message)}`);
    if (releases.length === 0) print.line(`No releases in ${folder}.`);
    const rows = releases.map(({ record }) => {
      const own = publications.filter(({ version, release_digest }) => version === record.version && release_digest === record.digest);
      const score = Object.entries(record.evaluation?.metrics ?? {}).find(([name]) => name === "f1_micro" || name === "f1" || name === "accuracy") ?? Object.entries(record.evaluation?.metrics ?? {})[0];
      return {
        cells: [
          record.version,
          print.visible(record.name),
          record.created_at.slice(0, 10),
          formatBytes(record.files.reduce((sum, { size_bytes }) => sum + size_bytes, 0)),
          record.gguf.map(({ type }) => type).join(" ") || "–",
          score === undefined ? "–" : `${score[0]} ${formatNumber(score[1].value)}`,
          record.dataset === null ? "–" : `${print.visible(record.dataset.name)} ${record.dataset.version ?? "(no version)"}`,
          own.map(({ endpoint, model_repository, finished_at }) => `${print.visible(`${endpoint}/${model_repository}`)}${finished_at === null ? " (unfinished)" : ""}`).join(", ") || "–",
        ],
        publications: own,
      };
    });
    if (rows.length > 0) print.table(["version", "name", "created", "size", "quantized", "score", "dataset", "published"], rows.map(({ cells }) => cells));
    return { releases: releases.map(({ directory, record }, at) => ({ directory, ...record, publications: rows[at]!.publications })), unreadable };
  },
});
