// Webhooks: one small file each, read when one is needed.
import { join } from "node:path";
import { isDirectory, listDirectory, readJson, remove, writeJson } from "../../files/index.ts";
import { hubWebhookSchema, parseRecord, type HubWebhook } from "../../records/index.ts";

const folderOf = (dataDirectory: string) => join(dataDirectory, "webhooks");

/** In no order. @throws `records.*` */
export function listWebhooks(dataDirectory: string): readonly HubWebhook[] {
  const folder = folderOf(dataDirectory);
  if (!isDirectory(folder)) return [];
  return listDirectory(folder).files.filter((file) => /^[0-9a-f]{24}\.json$/.test(file)).map((file) => parseRecord(hubWebhookSchema, readJson(join(folder, file)), join(folder, file)));
}

export function writeWebhook(dataDirectory: string, webhook: HubWebhook): HubWebhook {
  writeJson(join(folderOf(dataDirectory), `${webhook.id}.json`), webhook);
  return webhook;
}

export function removeWebhook(dataDirectory: string, { id }: HubWebhook): void {
  remove(join(folderOf(dataDirectory), `${id}.json`));
}
