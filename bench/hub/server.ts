// `tunesmith hub serve` as a process of its own, with an empty data directory.
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Account } from "./suites.ts";

export interface RunningHub {
  readonly endpoint: string;
  add(account: Account): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, "..", "..", "bin", "tunesmith.js");
const run = promisify(execFile);
const option = (name: string, value: string | undefined) => (value === undefined ? [] : [`--${name}`, value]);

/** Starts a hub on a free port, and waits until it listens. */
export async function startHub(data: string): Promise<RunningHub> {
  const child = spawn(process.execPath, [PROGRAM, "hub", "serve", "--data", data, "--port", "0", "--user", "first-user", "--webhooks"], { stdio: ["ignore", "pipe", "inherit"] });
  const endpoint = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      const address = /HF_ENDPOINT=(\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once("exit", (code) => reject(new Error(`the hub ended with ${code}: ${said}`)));
  });
  const tunesmith = (...words: readonly string[]) => run(process.execPath, [PROGRAM, "hub", ...words, "--data", data]);
  return {
    endpoint,
    async add({ name, fullname, email, id, avatar, token, tokenName = "ci", organizations = [] }) {
      const tokenFile = `${data}.token`;
      writeFileSync(tokenFile, token);
      await tunesmith("user", "add", name, "--fullname", fullname, ...option("email", email), ...option("id", id), ...option("avatar", avatar));
      await tunesmith("token", "create", name, tokenName, "--token-file", tokenFile);
      for (const organization of organizations) await tunesmith("org", "add", organization.name, "--fullname", organization.fullname, "--member", `${name}:admin`, ...(organization.isPrivate ? ["--private"] : []));
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGINT");
      }),
  };
}
