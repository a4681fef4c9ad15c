import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { INTERRUPTED } from "../../interrupt.ts";
import { choice, flag, required, text } from "../../options.ts";
import { bringHome, watchJob } from "../../remote-training.ts";

/** `tunesmith hub jobs` */
export const hubJobs = defineCommand({
  name: "hub jobs",
  summary: "List, watch and cancel trainings on a hub's machines",
  arguments: { action: required(choice(["list", "logs", "cancel"] as const, "list, logs or cancel")), job: text("job", "its id") },
  options: {
    owner: text("name", "user or organization whose jobs they are; left out, whose token it is"),
    bringHome: flag("with logs: when the job has ended, pull its run into the output directory"),
    outputDir: text("dir", "where runs are", { default: "outputs" }),
  },
  remark: "Jobs are submitted by `tunesmith train --remote hf-jobs`.",
  examples: ["hub jobs list", "hub jobs logs 6871e1c2 --bring-home", "hub jobs cancel 6871e1c2 --owner team"],
  async run({ options, arguments: { action, job: id }, print, world, withInterrupt, endWith }) {
    const [{ connectHub }, { RUN_LABEL }] = await Promise.all([import("../../../hub/index.ts"), import("../../../training/index.ts")]);
    return withInterrupt(async (signal) => {
      const client = connectHub({ environment: world.environment, fetch: world.fetch, signal });
      const owner = options.owner ?? (await client.whoami()).name;
      if (action === "list") {
        const jobs = await client.jobs.list(owner);
        if (jobs.length === 0) print.line(`${print.visible(owner)} has no jobs.`);
        else print.table(["job", "stage", "machine", "submitted", "run"], jobs.map((job) => [print.visible(job.id), job.stage, job.flavor, job.createdAt, print.visible(job.labels[RUN_LABEL] ?? "–")]));
        return { owner, jobs };
      }
      if (id === undefined) throw usageFault("missing the id of the job", "tunesmith hub jobs");
      if (action === "cancel") {
        await client.jobs.cancel(owner, id);
        print.line(`Job ${print.visible(id)} is cancelled; what it had uploaded stays in its repository.`);
        return { owner, job: await client.jobs.read(owner, id) };
      }
      const end = await watchJob(client, owner, id, signal, print);
      if (end === undefined) {
        endWith(INTERRUPTED);
        return { owner, job: id };
      }
      print.line(`Job ${print.visible(id)}: ${end.stage}`);
      const name = end.labels[RUN_LABEL];
      if (!options.bringHome) return { owner, job: end };
      if (name === undefined) throw usageFault(`job ${id} is no training of tunesmith's`, "tunesmith hub jobs");
      return { owner, job: end, ...(await bringHome(end, `${owner}/${name}`, options.outputDir, { print, world })) };
    });
  },
});
