import { defineCommand } from "../../command.ts";
import { keyOptions } from "./options.ts";

/** `tunesmith keys list` */
export const keysList = defineCommand({
  name: "keys list",
  summary: "Show who holds a key",
  options: { ...keyOptions },
  examples: ["keys list", "keys list --api-keys deploy/api-keys.json --json"],
  async run({ options, print }) {
    const { listKeys } = await import("../../../serving/index.ts");
    const keys = listKeys(options.apiKeys).map(({ name, role, created_at }) => ({ name, role, created_at }));
    if (keys.length === 0) print.line(`No keys in ${options.apiKeys}: a server asks nobody for one.`);
    else print.table(["name", "may", "made"], keys.map(({ name, role, created_at }) => [print.visible(name), role === "admin" ? "ask, exchange models" : "ask", created_at]));
    return { file: options.apiKeys, keys };
  },
});
