import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { choice, required, text } from "../../options.ts";
import { hubDataOptions } from "./options.ts";

/** `tunesmith hub user` */
export const hubUser = defineCommand({
  name: "hub user",
  summary: "Add users of a hub, and list them",
  arguments: { action: required(choice(["add", "list"], "add or list")), name: text("name", "of the new user") },
  options: { ...hubDataOptions, fullname: text("text", "as people write it"), email: text("address", "that stands in their commits"), avatar: text("url", "of their picture"), id: text("hex", "24 digits, of who comes from another hub") },
  remark: "A hub that runs knows them at once. `tunesmith hub token create` lets them in.",
  examples: ["hub user add ann --email ann@example.com", "hub user list --data /srv/hub --json"],
  async run({ options, arguments: { action, name }, print, world }) {
    const { newHubId, openHubAccounts } = await import("../../../hub/index.ts");
    const { data, fullname, email, avatar, id: given } = options;
    const accounts = openHubAccounts(data, { now: world.now, newId: newHubId });
    if (action === "add") {
      if (name === undefined) throw usageFault("missing the name of the new user", "tunesmith hub user --help");
      if (given !== undefined && !/^[0-9a-f]{24}$/.test(given)) throw usageFault("--id takes 24 hex digits, in small letters", "tunesmith hub user --help");
      const { id } = await accounts.add({ name, type: "user", ...(fullname === undefined ? {} : { fullname }), ...(email === undefined ? {} : { email }), ...(avatar === undefined ? {} : { avatar }), ...(given === undefined ? {} : { id: given }) });
      print.line(`Added the user ${name}.`);
      return { id, name };
    }
    const users = accounts.list().filter(({ type }) => type === "user").map((user) => ({ name: user.name, fullname: user.fullname, organizations: accounts.organizationsOf(user.name).map((org) => org.name), tokens: user.tokens.length, created_at: user.created_at }));
    if (users.length === 0) print.line(`No users in ${data}: \`tunesmith hub serve\` makes the first.`);
    else print.table(["user", "name", "organizations", "tokens", "made"], users.map((user) => [user.name, print.visible(user.fullname), user.organizations.join(", "), String(user.tokens), user.created_at]));
    return { users };
  },
});
