import { TunesmithError } from "../../errors.ts";

export function modelNotOnHub(model: string): TunesmithError {
  return new TunesmithError({ code: "training.model_not_on_hub", message: `Cannot train remotely on ${model}: it is a path on this machine, the id of a model on the hub is needed`, hint: "Upload it, or give a Hub id with --model-name." });
}

export function timeInvalid(text: string): TunesmithError {
  return new TunesmithError({ code: "training.time_invalid", message: `Cannot use the timeout ${JSON.stringify(text)}: a number with s, m, h or d is needed`, hint: "Give for example --timeout 2h.", exitCode: 2 });
}

export function remoteRepositoryTaken(id: string): TunesmithError {
  return new TunesmithError({ code: "training.repository_taken", message: `Cannot make a repository for this run: ${id} and the names of the seconds after it are taken`, hint: "Give another hub_model_id." });
}

export function recordMissing(repository: string): TunesmithError {
  return new TunesmithError({ code: "training.record_missing", message: `Cannot bring the run of ${repository} home: its repository has no run/run.json, which is uploaded when a training has finished`, hint: "Read the log of the job: tunesmith hub jobs logs <job>." });
}

export function runNameTaken(directory: string, id: string): TunesmithError {
  return new TunesmithError({ code: "training.run_name_taken", message: `Cannot bring run ${id} home: ${directory} holds another run`, hint: "Choose another --output-dir." });
}

export function jobEnded(job: string, stage: string, message: string): TunesmithError {
  return new TunesmithError({ code: "training.job_failed", message: `The training in job ${job} did not finish: it ended as ${stage}${message === "" ? "" : ` (${message})`}`, hint: `Read its log: tunesmith hub jobs logs ${job}.`, details: { job, stage } });
}
