// The table of commands, in the order of `tunesmith --help`. A command's file imports the rooms it works with inside `run`
// (`await import("../../data/index.ts")`), so that listing runs does not wait for what training needs.
import type { CommandTree } from "./command.ts";
import { checkpointsInspect } from "./commands/checkpoints/inspect.ts";
import { checkpointsList } from "./commands/checkpoints/list.ts";
import { checkpointsPrune } from "./commands/checkpoints/prune.ts";
import { checkpointsRestore } from "./commands/checkpoints/restore.ts";
import { checkpointsMigrate } from "./commands/checkpoints/migrate.ts";
import { checkpointsSearch } from "./commands/checkpoints/search.ts";
import { checkpointsShow } from "./commands/checkpoints/show.ts";
import { checkpointsValidate } from "./commands/checkpoints/validate.ts";
import { completion } from "./commands/completion.ts";
import { dataCard } from "./commands/data/card.ts";
import { dataDiff } from "./commands/data/diff.ts";
import { dataExport } from "./commands/data/export.ts";
import { dataPrepare } from "./commands/data/prepare.ts";
import { dataPreview } from "./commands/data/preview.ts";
import { dataSample } from "./commands/data/sample.ts";
import { dataStats } from "./commands/data/stats.ts";
import { dataVersion } from "./commands/data/version.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { evaluateCompare } from "./commands/evaluate-compare.ts";
import { evaluate } from "./commands/evaluate.ts";
import { generate } from "./commands/generate.ts";
import { hubGc } from "./commands/hub/gc.ts";
import { hubJobs } from "./commands/hub/jobs.ts";
import { hubOrg } from "./commands/hub/org.ts";
import { hubPull } from "./commands/hub/pull.ts";
import { hubServe } from "./commands/hub/serve.ts";
import { hubSync } from "./commands/hub/sync.ts";
import { hubToken } from "./commands/hub/token.ts";
import { hubUser } from "./commands/hub/user.ts";
import { keysAdd } from "./commands/keys/add.ts";
import { keysList } from "./commands/keys/list.ts";
import { keysRemove } from "./commands/keys/remove.ts";
import { merge } from "./commands/merge.ts";
import { quantize } from "./commands/quantize.ts";
import { releaseCreate } from "./commands/release/create.ts";
import { releaseList } from "./commands/release/list.ts";
import { releasePublish } from "./commands/release/publish.ts";
import { releaseShow } from "./commands/release/show.ts";
import { releaseTrace } from "./commands/release/trace.ts";
import { runsArchive } from "./commands/runs/archive.ts";
import { runsBest } from "./commands/runs/best.ts";
import { runsCompare } from "./commands/runs/compare.ts";
import { runsDiff } from "./commands/runs/diff.ts";
import { runsExport } from "./commands/runs/export.ts";
import { runsList } from "./commands/runs/list.ts";
import { runsMetrics } from "./commands/runs/metrics.ts";
import { runsNote } from "./commands/runs/note.ts";
import { runsRebuild } from "./commands/runs/rebuild.ts";
import { runsShow } from "./commands/runs/show.ts";
import { runsTag } from "./commands/runs/tag.ts";
import { runsUnarchive } from "./commands/runs/unarchive.ts";
import { serve } from "./commands/serve.ts";
import { train } from "./commands/train.ts";
import { verify } from "./commands/verify.ts";

export const COMMAND_TREE: CommandTree = {
  groups: {
    checkpoints: "Find, check, rename and prune checkpoints of any tree",
    evaluate: "Measure a model, and compare measurements",
    data: "Prepare a dataset and look at it",
    hub: "Pull from a hub, or host one for its clients",
    keys: "Make and take back keys of a server",
    release: "Assemble, publish and trace versions of a model",
    runs: "Find, compare, annotate and export runs and versions",
  },
  commands: [demo, dataPrepare, dataPreview, dataSample, dataStats, dataVersion, dataDiff, dataCard, dataExport, train, evaluate, evaluateCompare, merge, quantize, verify, generate, serve, keysAdd, keysList, keysRemove, hubPull, hubSync, hubJobs, hubServe, hubUser, hubOrg, hubToken, hubGc, runsList, runsShow, runsMetrics, runsCompare, runsBest, runsDiff, runsExport, runsTag, runsNote, runsArchive, runsUnarchive, runsRebuild, checkpointsList, checkpointsShow, checkpointsInspect, checkpointsSearch, checkpointsValidate, checkpointsMigrate, checkpointsPrune, checkpointsRestore, releaseCreate, releasePublish, releaseList, releaseShow, releaseTrace, doctor, completion],
};
