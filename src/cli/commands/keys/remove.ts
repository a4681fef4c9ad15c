import { defineCommand } from "../../command.ts";
import { required, text } from "../../options.ts";
import { keyOptions } from "./options.ts";

/** `tunesmith keys remove` */
export const keysRemove = defineCommand({
  name: "keys remove",
  summary: "Take a key back: a server that runs refuses it from now on",
  arguments: { name: required(text("name", "who holds it")) },
  options: { ...keyOptions },
  examples: ["keys remove frontend", "keys remove ann --api-keys deploy/api-keys.json"],
  async run({ options, arguments: { name }, print }) {
    const { removeKey } = await import("../../../serving/index.ts");
    await removeKey(options.apiKeys, name);
    print.line(`The key of ${print.visible(name)} is taken back.`);
    return { name, file: options.apiKeys };
  },
});
