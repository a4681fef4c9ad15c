import { userInfo } from "node:os";
import { TunesmithError } from "../../../errors.ts";
import type { Accounts, Repair } from "../../../hub/index.ts";
import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { flag, list, minor, text, wholeNumber } from "../../options.ts";
import type { Print } from "../../print.ts";
import { hubDataOptions } from "./options.ts";
import { readGivenToken } from "./given-token.ts";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
/** A connection on which nothing moves for that long is closed. */
const IDLE_MS = 600_000;

/** `tunesmith hub serve` */
export const hubServe = defineCommand({
  name: "hub serve",
  summary: "Host models and datasets for Hugging Face's clients until it is stopped",
  options: {
    ...hubDataOptions,
    port: wholeNumber("n", "0 takes a free one", { default: 8080, min: 0, max: 65_535 }),
    host: text("address", "0.0.0.0 serves other machines too", { default: "127.0.0.1" }),
    user: text("name", "the first user; left out, your name on this machine"),
    tokenFile: text("file", "the token of the first user; left out, a random one"),
    quota: text("size", "of large files in all, such as 500G; left out, what the disk holds"),
    allowHost: minor(list("name", "by which this hub is called, too")),
    webhooks: minor(flag("users may have it send what happens to addresses of theirs")),
    corsOrigin: minor(list("origin", "pages of other sites that may read the answers, * for all")),
  },
  remark: "Clients find it by HF_ENDPOINT and HF_TOKEN. At the first start it makes a user and a token, which is shown only then.\nAlso: --allow-host (another name of this machine), --cors-origin (sites whose pages may ask),\n--webhooks (users may have it send what happens to addresses of theirs).",
  examples: ["hub serve", "hub serve --data /srv/hub --host 0.0.0.0 --port 80 --user ann --quota 500G"],
  async run({ options, print, world, withInterrupt }) {
    const [{ listen }, { deliverWebhooks, hostRoutes, newHubId, pageRoutes, startCompactor, withHost }, { parseYaml }, { readVersion }] = await Promise.all([import("../../../http/index.ts"), import("../../../hub/index.ts"), import("../../../config/index.ts"), import("../../version.ts")]);
    const { host: address, port, data } = options;
    const quotaBytes = options.quota === undefined ? {} : { quotaBytes: readSize(options.quota) };
    return withInterrupt((signal) =>
      withHost(data, { now: world.now, newId: newHubId, parseYaml, allowsWebhooks: options.webhooks, ...quotaBytes }, async (host, repair) => {
        sayRepair(repair, print);
        const first = await addFirstUser(host.accounts, options, print);
        const compactor = startCompactor(host, { onError: (thrown, { id }) => print.warn(`The checkpoints of ${id} stay as large as they are: ${thrown instanceof Error ? thrown.message : String(thrown)}`) });
        host.onCommitted((repository) => compactor.note(repository));
        const server = await listen({
          routes: [...hostRoutes(host), ...pageRoutes(host)],
          host: address,
          port,
          title: "tunesmith hub",
          version: readVersion(),
          requestTimeoutMs: 0,
          idleTimeoutMs: IDLE_MS,
          corsOrigins: options.corsOrigin,
          allowedHosts: LOOPBACK.includes(address) ? [...LOOPBACK, ...options.allowHost] : undefined,
          onError: (thrown, request) => print.warn(`${request}: ${thrown instanceof TunesmithError ? thrown.message : thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`),
        });
        const endpoint = LOOPBACK.includes(address) ? server.url.replace("127.0.0.1", "localhost") : server.url;
        deliverWebhooks(host, { fetch: world.fetch, endpoint: () => endpoint, onError: (thrown, { id, url }) => print.warn(print.visible(`The webhook ${id} did not reach ${url}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)) });
        print.note(`Hosting ${print.visible(data)} on ${endpoint}`);
        print.line(`  use it   export HF_ENDPOINT=${endpoint}${first === undefined ? " HF_TOKEN=<token>" : ` HF_TOKEN=${first.token}`}`);
        print.line("  stop     Ctrl-C");
        await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve())));
        await server.close();
        await compactor.close();
        return { url: endpoint, data, ...(first === undefined ? {} : { user: first.user }) };
      }),
    );
  },
});

/** Only where there is nobody yet. */
async function addFirstUser(accounts: Accounts, options: { readonly user: string | undefined; readonly tokenFile: string | undefined }, print: Print): Promise<{ readonly user: string; readonly token: string } | undefined> {
  if (accounts.list().length > 0) return undefined;
  const user = options.user ?? (userInfo().username.replaceAll(/[^A-Za-z0-9-]/g, "-").replace(/^-+|-+$/g, "") || "owner");
  await accounts.add({ name: user, type: "user" });
  const token = await accounts.addToken({ user, name: "first", role: "write", ...(await readGivenToken(options.tokenFile)) });
  print.note(`Made the user ${user} with a token that may write. It is shown only now; \`tunesmith hub token create ${user}\` makes more.`);
  return { user, token };
}

function sayRepair({ removed, damaged }: Repair, print: Print): void {
  if (removed > 0) print.note(`Cleared away ${removed} unfinished uploads and locks of the last time.`);
  for (const ref of damaged) print.warn(`${ref} stands for something that is not there`);
}

function readSize(words: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(words.trim()) ?? [];
  if (number === undefined) throw usageFault(`--quota takes a size such as 500G, not ${JSON.stringify(words)}`, "tunesmith hub serve --help");
  return Math.floor(Number(number) * UNITS[(unit ?? "").toLowerCase()]!);
}
