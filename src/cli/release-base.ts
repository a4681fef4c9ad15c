import { TunesmithError } from "../errors.ts";
import type { World } from "./world.ts";

/** Where the cache has the base of a checkpoint, for the licence in its card; undefined for one that was never downloaded. Asks nobody. */
export async function findCachedBase(id: string | undefined, world: World): Promise<string | undefined> {
  if (id === undefined) return undefined;
  const { resolveModel } = await import("../hub/index.ts");
  try {
    return (await resolveModel(id, { environment: { ...world.environment, HF_HUB_OFFLINE: "1" }, fetch: world.fetch })).path;
  } catch (thrown) {
    if (thrown instanceof TunesmithError) return undefined;
    throw thrown;
  }
}
