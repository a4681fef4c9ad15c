import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { choice, flag, list, required, text } from "../../options.ts";
import { hubDataOptions } from "./options.ts";

/** `tunesmith hub org` */
export const hubOrg = defineCommand({
  name: "hub org",
  summary: "Add organizations of a hub, and list them",
  arguments: { action: required(choice(["add", "list"], "add or list")), name: text("name", "of the new organization") },
  options: {
    ...hubDataOptions,
    member: list("user[:role]", "who is in it: admin, write (default) or read"),
    fullname: text("text", "as people write it"),
    private: flag("its repositories are private unless they say otherwise"),
  },
  examples: ["hub org add acme --member ann:admin --member bob", "hub org list --json"],
  async run({ options, arguments: { action, name }, print, world }) {
    const { newHubId, openHubAccounts } = await import("../../../hub/index.ts");
    const accounts = openHubAccounts(options.data, { now: world.now, newId: newHubId });
    if (action === "add") {
      if (name === undefined) throw usageFault("missing the name of the new organization", "tunesmith hub org --help");
      const members = Object.fromEntries(options.member.map(readMember));
      const { id } = await accounts.add({ name, type: "org", members, privateByDefault: options.private, ...(options.fullname === undefined ? {} : { fullname: options.fullname }) });
      print.line(`Added the organization ${name}.`);
      return { id, name, members };
    }
    const organizations = accounts.list().filter(({ type }) => type === "org").map(({ name: org, fullname, members, created_at }) => ({ name: org, fullname, members, created_at }));
    if (organizations.length === 0) print.line(`No organizations in ${options.data}.`);
    else print.table(["organization", "name", "members"], organizations.map((org) => [org.name, print.visible(org.fullname), Object.entries(org.members).map(([user, role]) => `${user} (${role})`).join(", ")]));
    return { organizations };
  },
});

function readMember(word: string): readonly [string, "admin" | "write" | "read"] {
  const [user = "", role = "write"] = word.split(":");
  if (user === "" || (role !== "admin" && role !== "write" && role !== "read")) throw usageFault(`a member is a user, or user:role with the role admin, write or read, not ${JSON.stringify(word)}`, "tunesmith hub org --help");
  return [user, role];
}
