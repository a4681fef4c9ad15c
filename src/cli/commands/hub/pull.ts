import { defineCommand } from "../../command.ts";
import { formatAmount, formatBytes, formatPath } from "../../format.ts";
import { choice, list, required, text } from "../../options.ts";
import type { Progress } from "../../progress.ts";

/** `tunesmith hub pull` */
export const hubPull = defineCommand({
  name: "hub pull",
  summary: "Download a model or dataset, or some of its files, at a revision",
  arguments: { repository: required(text("repository", "owner/name")) },
  options: {
    revision: text("name", "branch, tag such as v1.0, or commit", { default: "main" }),
    repoType: choice(["model", "dataset"] as const, "what it is", { default: "model" }),
    include: list("pattern", "only files that match one of these, such as '*.gguf' or 'checkpoint-400/'"),
    localDir: text("dir", "put copies here besides; left out, the cache alone"),
  },
  remark: "Files go to the cache that Python and other tools share (HF_HOME). A download that broke off goes on where it stopped;\nevery file is checked by its digest. The token is HF_TOKEN or the one the hub's own command line saved.",
  examples: ["hub pull alice/tickets --revision v1.0", "hub pull alice/tickets-data --repo-type dataset --include 'data/*.parquet' --local-dir data/tickets"],
  async run({ options, arguments: { repository }, print, world, withInterrupt }) {
    const { pullRepository } = await import("../../../hub/index.ts");
    const { revision, repoType: kind, include, localDir } = options;
    let progress: Progress | undefined;
    const pulled = await withInterrupt((signal) =>
      pullRepository(repository, {
        kind,
        revision,
        include,
        localDir,
        signal,
        environment: world.environment,
        fetch: world.fetch,
        onProgress: ({ file, doneBytes, totalBytes }) => {
          progress ??= print.progress({ label: `downloading ${repository}`, total: totalBytes, unit: "bytes", start: doneBytes });
          progress.update(doneBytes, file);
        },
      }),
    ).finally(() => progress?.finish(""));
    const sizeBytes = pulled.files.reduce((total, file) => total + file.sizeBytes, 0);
    print.line(`${repository} at ${revision} (commit ${pulled.commit.slice(0, 12)}): ${formatAmount(pulled.files.length, "file")}, ${formatBytes(sizeBytes)}${pulled.downloaded === 0 ? ", all in the cache already" : `, ${pulled.downloaded} downloaded`}`);
    print.line(formatPath(pulled.path));
    return { ...pulled, files: pulled.files.map(({ name, etag, sizeBytes: size }) => ({ path: name, digest: etag === "" ? null : etag, size_bytes: size })) };
  },
});
