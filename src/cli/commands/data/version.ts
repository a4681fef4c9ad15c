import { dirname, resolve } from "node:path";
import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { formatCommand, formatCount } from "../../format.ts";
import { flag, text } from "../../options.ts";

/** `tunesmith data version` */
export const dataVersion = defineCommand({
  name: "data version",
  summary: "Give a dataset's content its version, or list the versions there are",
  arguments: { dataset: text("dir", "a prepared dataset") },
  options: {
    version: text("dX.Y", "the version to give (default: the next minor)"),
    major: flag("begin a new major version"),
    note: text("text", "what is new"),
    list: flag("list the versions of --data-dir"),
    dataDir: text("dir", "the folder of datasets", { default: "data/processed" }),
  },
  remark: "The same content keeps its version whoever prepared it; another content gets another one. Nothing is ever overwritten.",
  examples: ["data version data/processed/healthcare_dataset", "data version --list"],
  async run({ options, arguments: { dataset }, print, world }) {
    const { listDatasetVersions, mintDatasetVersion } = await import("../../../data/index.ts");
    if (options.list || dataset === undefined) {
      if (!options.list) throw usageFault("`tunesmith data version` needs a dataset, or --list", "tunesmith data version");
      const versions = listDatasetVersions(options.dataDir);
      if (versions.length === 0) print.line(`No version was minted in ${options.dataDir} yet.`);
      else print.table(["version", "dataset", "train", "validation", "test", "content", "made", "note"], versions.map(({ version, name, rows, digest, created_at, note }) => [version, name, formatCount(rows.train), formatCount(rows.validation), formatCount(rows.test), digest.slice(0, 12), created_at.slice(0, 19), note]));
      return { data_dir: options.dataDir, versions };
    }
    const { major, note, version: requested } = options;
    const minted = await mintDatasetVersion(dataset, { major, now: world.now(), ...(note !== undefined && { note }), ...(requested !== undefined && { requested }) });
    const { version, name, digest, parent } = minted.version;
    print.line(minted.status === "existing" ? `${name} is ${version}: this very content has had that version since ${minted.version.created_at.slice(0, 10)}.` : `${name} is now ${version} (content ${digest.slice(0, 12)}).`);
    if (minted.status === "minted" && parent !== null) print.line(`See what changed:  ${formatCommand("data", "diff", `${name}@${parent}`, `${name}@${version}`, ...(dirname(resolve(dataset)) === resolve("data/processed") ? [] : ["--data-dir", dirname(dataset)]))}`);
    return { path: dataset, status: minted.status, version: minted.version };
  },
});
