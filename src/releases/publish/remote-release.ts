import { releaseRecordSchema, type ReleaseRecord } from "../../records/index.ts";
import type { HubPort, RemoteFile } from "../hub-port.ts";
import { RELEASE_FILE } from "../places.ts";

/** release.json of a commit; undefined where there is none, or one that is not ours to read. */
export async function readRemoteRelease(hub: HubPort, id: string, commit: string, files?: ReadonlyMap<string, RemoteFile>): Promise<ReleaseRecord | undefined> {
  const listed = files ?? (await hub.files("model", id, commit));
  if (!listed.has(RELEASE_FILE)) return undefined;
  const text = new TextDecoder().decode(await hub.read("model", id, commit, RELEASE_FILE));
  try {
    const parsed = releaseRecordSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
