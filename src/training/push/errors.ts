import { TunesmithError } from "../../errors.ts";

export function uploadDiffers(id: string, path: string, found: string, sent: string): TunesmithError {
  return new TunesmithError({
    code: "training.upload_differs",
    message: `Cannot trust the upload to ${id}: ${path} is ${found} there, ${sent} was sent`,
    hint: "Run `tunesmith hub sync`: it is sent again, and nothing is deleted here before it is right.",
  });
}

export function repositoryNamesTaken(id: string): TunesmithError {
  return new TunesmithError({ code: "training.repository_taken", message: `Cannot make a repository for this run: ${id} and the names of the seconds after it are taken`, hint: "Give another hub_model_id." });
}

export function pushTokenMissing(endpoint: string): TunesmithError {
  return new TunesmithError({ code: "hub.token_missing", message: `Cannot push to ${endpoint}: no token is set, one with write access is needed`, hint: "Set HF_TOKEN, or leave out --push-to-hub." });
}

export function nothingToSync(run: string): TunesmithError {
  return new TunesmithError({ code: "training.nothing_to_sync", message: `Cannot sync ${run}: it was not started with --push-to-hub and has no repository`, hint: "Publish it as a release: tunesmith release create, then release publish." });
}

export function syncsItself(run: string, pid: number): TunesmithError {
  return new TunesmithError({ code: "training.still_running", message: `Cannot sync ${run}: process ${pid} is still training it, and uploads what it saves`, hint: "Wait for it, or stop that process first." });
}
