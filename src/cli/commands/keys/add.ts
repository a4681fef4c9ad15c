import { defineCommand } from "../../command.ts";
import { flag, required, text } from "../../options.ts";
import { keyOptions } from "./options.ts";

/** `tunesmith keys add` */
export const keysAdd = defineCommand({
  name: "keys add",
  summary: "Make a key for somebody who asks a server",
  arguments: { name: required(text("name", "who holds it: a person or a program")) },
  options: { ...keyOptions, admin: flag("may also exchange the models of a server that runs") },
  remark: "The key is shown once; the file holds its digest. As soon as there is a key, `serve` answers only who has one.",
  examples: ["keys add frontend", "keys add ann --admin --json"],
  async run({ options, arguments: { name }, print, world }) {
    const { addKey } = await import("../../../serving/index.ts");
    const role = options.admin ? "admin" : "user";
    const key = await addKey(options.apiKeys, { name, role, createdAt: world.now().toISOString() });
    print.line(key);
    print.note(`The key of ${name}${options.admin ? ", an admin" : ""}. It is shown only now; send it as \`Authorization: Bearer <key>\`.`);
    return { name, role, key, file: options.apiKeys };
  },
});
