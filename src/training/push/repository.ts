// The one repository of a run: named after the moment the run began, once, and written into its record.
import { TunesmithError } from "../../errors.ts";
import type { TrainConfig } from "../../config/index.ts";
import type { HubClient } from "../../hub/index.ts";
import type { RunRecord } from "../../records/index.ts";
import { formatHubName, parseHubName, type Run } from "../../runs/index.ts";
import { pushTokenMissing, repositoryNamesTaken } from "./errors.ts";

export type PushSettings = Pick<TrainConfig, "hub_model_id" | "hub_owner" | "hub_private">;

/** Two runs of one second on two machines: the later one takes the next second. */
const TRIES = 10;
const NOT_NOW: readonly string[] = ["hub.unreachable", "hub.unavailable", "hub.rate_limited"];

/**
 * The repository that a run has; else mints it, makes it, and writes it into the record. A hub that does not answer now is asked again by the first
 * upload. @throws `hub.token_missing`, `hub.unauthorized`, `hub.forbidden`, `training.repository_taken`
 */
export async function ensureRepository(run: Run, settings: PushSettings, client: HubClient): Promise<NonNullable<RunRecord["hub"]>> {
  const { hub } = run.record;
  if (hub !== undefined) return hub;
  if (!client.hasToken) throw pushTokenMissing(client.endpoint);
  const { owner, base } = splitId(settings.hub_model_id);
  const place = { ...settings, owner: settings.hub_owner || owner || (await client.whoami()).name, base };
  for (let second = 0; second < TRIES; second += 1) {
    const repository = hubRepositoryName(run.record, place, second);
    const minted = { endpoint: client.endpoint, repository, private: settings.hub_private };
    try {
      await client.createRepository({ kind: "model", id: repository, private: settings.hub_private, existOk: isWholeName(settings.hub_model_id) });
    } catch (thrown) {
      if (thrown instanceof TunesmithError && thrown.code === "hub.repository_exists") continue;
      if (!(thrown instanceof TunesmithError) || !NOT_NOW.includes(thrown.code)) throw thrown;
    }
    run.update({ hub: minted });
    return minted;
  }
  throw repositoryNamesTaken(hubRepositoryName(run.record, place, 0));
}

/**
 * `<owner>/<base>-<YYYYMMDD_HHMMSS>` by the run's own start, in the zone of its name. Without a base it is `<model>-lora`, with the tag as the
 * experiment. A base that ends in a stamp is a whole name already.
 */
export function hubRepositoryName({ started_at, time_zone, model, tag }: Pick<RunRecord, "started_at" | "time_zone" | "model" | "tag">, { owner, base }: { readonly owner: string; readonly base?: string }, secondsLater = 0): string {
  if (base !== undefined && isWholeName(base)) return `${owner}/${base}`;
  const stamp = new Date(Date.parse(started_at) + 1000 * secondsLater);
  const experiment = base === undefined && tag !== "run" && tag !== "" ? { experiment: tag } : {};
  return formatHubName({ kind: "run", owner, base: base ?? `${model}-lora`, ...experiment, stamp }, time_zone);
}

function isWholeName(id: string): boolean {
  const parsed = parseHubName(id);
  return parsed?.kind === "run" && "stamp" in parsed;
}

function splitId(id: string): { readonly owner?: string; readonly base?: string } {
  const [first = "", second] = id.split("/", 2);
  if (first === "") return {};
  return second === undefined ? { base: first } : { owner: first, base: second };
}
