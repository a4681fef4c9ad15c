import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { choice, flag, required, text } from "../../options.ts";
import { readGivenToken } from "./given-token.ts";
import { hubDataOptions } from "./options.ts";

/** `tunesmith hub token` */
export const hubToken = defineCommand({
  name: "hub token",
  summary: "Make tokens of a hub's users, list them and take them back",
  arguments: { action: required(choice(["create", "list", "remove"], "create, list or remove")), user: required(text("user", "whose token it is")), name: text("name", "of the token") },
  options: { ...hubDataOptions, readOnly: flag("it may read, not write"), tokenFile: text("file", "holds the token; left out, a random one") },
  remark: "A token is shown once: the hub keeps its digest. A hub that runs knows of it at once.",
  examples: ["hub token create ann laptop", "hub token remove ann laptop --data /srv/hub"],
  async run({ options, arguments: { action, user, name }, print, world }) {
    const { newHubId, openHubAccounts } = await import("../../../hub/index.ts");
    const accounts = openHubAccounts(options.data, { now: world.now, newId: newHubId });
    if (action === "create") {
      const role = options.readOnly ? "read" : "write";
      const called = name ?? `token-${newHubId().slice(0, 6)}`;
      const token = await accounts.addToken({ user, name: called, role, ...(await readGivenToken(options.tokenFile)) });
      print.line(token);
      print.note(`The token ${print.visible(called)} of ${user}, which may ${role === "read" ? "read" : "read and write"}. It is shown only now; clients take it from HF_TOKEN.`);
      return { user, name: called, role, token };
    }
    if (action === "remove") {
      if (name === undefined) throw usageFault("missing the name of the token", "tunesmith hub token --help");
      await accounts.removeToken(user, name);
      print.line(`The token ${print.visible(name)} of ${user} is taken back.`);
      return { user, name };
    }
    const tokens = (accounts.find(user)?.tokens ?? []).map(({ name: called, role, created_at }) => ({ name: called, role, created_at }));
    if (tokens.length === 0) print.line(`${print.visible(user)} has no tokens.`);
    else print.table(["token", "may", "made"], tokens.map((token) => [print.visible(token.name), token.role === "read" ? "read" : "read, write", token.created_at]));
    return { user, tokens };
  },
});
