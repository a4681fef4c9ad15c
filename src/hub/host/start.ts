// Opening a data directory for a process that serves it, and for the commands that change its accounts beside it.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { withLock } from "../../files/index.ts";
import { openAccounts, type Accounts, type Minting } from "./accounts.ts";
import { dataInUse } from "./errors.ts";
import { openHost, prepareData, type Host, type HostOptions } from "./host.ts";
import { repairHost, type Repair } from "./repair.ts";

/** Where a hub on this machine keeps everything, unless somebody says otherwise. */
export const HUB_DATA_DIRECTORY = "hub-data";

/** Runs `act` while no other process has the data directory open. @throws `hub.data_in_use`, `hub.data_foreign`, `records.*` */
export async function withHost<T>(directory: string, options: HostOptions, act: (host: Host, repair: Repair) => Promise<T>): Promise<T> {
  let isHeld = false;
  try {
    return await withLock(
      join(directory, "serve.lock"),
      () => {
        isHeld = true;
        const host = openHost(directory, options);
        return act(host, repairHost(host));
      },
      { timeoutMs: 500 },
    );
  } catch (thrown) {
    throw !isHeld && (thrown as { code?: string }).code === "files.locked" ? dataInUse(directory, thrown) : thrown;
  }
}

/** The accounts of a data directory, also while another process serves it. @throws `hub.data_foreign`, `records.*` */
export function openHubAccounts(directory: string, minting: Minting): Accounts {
  prepareData(directory, minting.now);
  return openAccounts(directory, minting);
}

/** 24 hex digits, in the form of the ids of Hugging Face's hub. */
export function newHubId(): string {
  return randomBytes(12).toString("hex");
}
