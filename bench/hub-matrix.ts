// Whole sessions of every client with `tunesmith hub serve`: made, uploaded, tagged, read back bit by bit. What a client's own test-suite finds
// is in hub-clients.ts; here it is asked whether people's work gets through, with and without Xet.
//
//   npm run build && npx tsx bench/hub-matrix.ts [--python PYTHON]… [--js @huggingface/hub's dist/index.mjs] [--json FILE]
import { execFile } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { startHub } from "./hub/server.ts";
import { formatTable } from "./print.ts";

const { values: flags } = parseArgs({ options: { python: { type: "string", multiple: true, default: ["python3"] }, js: { type: "string" }, json: { type: "string" } } });
const TOKEN = "hf_matrix_token";
const run = promisify(execFile);

interface Outcome {
  readonly client: string;
  readonly session: string;
  readonly outcome: string;
}

const scratch = mkdtempSync(join(tmpdir(), "tunesmith-matrix-"));
const hub = await startHub(join(scratch, "data"));
const outcomes: Outcome[] = [];
try {
  await hub.add({ name: "ann", fullname: "Ann", token: TOKEN });
  const environment = { ...process.env, HF_ENDPOINT: hub.endpoint, HF_TOKEN: TOKEN, HF_HUB_DISABLE_PROGRESS_BARS: "1", HF_HUB_DISABLE_TELEMETRY: "1" };
  for (const python of flags.python) {
    for (const withXet of [true, false]) {
      const home = mkdtempSync(join(scratch, "home-"));
      const env = { ...environment, HF_HOME: home, ...(withXet ? {} : { HF_HUB_DISABLE_XET: "1" }) };
      for (const session of ["hub", "cli", "datasets", "transformers"]) {
        await note(`${session}${withXet ? "" : ", HF_HUB_DISABLE_XET=1"}`, () => run(python, [join(import.meta.dirname, "hub", "session.py"), session], { env, cwd: home, maxBuffer: 2 ** 28 }));
      }
    }
  }
  if (flags.js !== undefined) await note("@huggingface/hub", () => run(process.execPath, [join(import.meta.dirname, "hub", "session.mjs"), flags.js!], { env: environment }));
  await note("git clone, pull, push", () => gitSession(hub.endpoint));
} finally {
  await hub.stop();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(formatTable(["session", "client", "outcome"], outcomes.map(({ session, client, outcome }) => [session, client, outcome])));
if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(outcomes, null, 1));

/** The first line that a session prints names the clients; 3 says that one is not installed. */
async function note(session: string, act: () => Promise<{ readonly stdout: string }>): Promise<void> {
  const first = (text: string) => text.split("\n")[0] ?? "";
  try {
    outcomes.push({ session, client: first((await act()).stdout), outcome: "passed" });
  } catch (thrown) {
    const { code, stdout = "", stderr = String(thrown) } = thrown as { readonly code?: number; readonly stdout?: string; readonly stderr?: string };
    const reason = stderr.trim().split("\n").at(-1) ?? "";
    outcomes.push({ session, client: first(stdout), outcome: code === 3 ? "not installed" : `FAILED: ${reason.slice(0, 200)}` });
    if (code !== 3) console.log(`${session}:\n${stderr.slice(-3000)}\n`);
  }
}

/** Two clones of one repository that follow each other, small files only: large ones need git-lfs on this machine. */
async function gitSession(endpoint: string): Promise<{ readonly stdout: string }> {
  const created = await fetch(`${endpoint}/api/repos/create`, { method: "POST", headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" }, body: JSON.stringify({ name: "by-git" }) });
  if (!created.ok) throw new Error(await created.text());
  const address = `${endpoint.replace("://", `://ann:${TOKEN}@`)}/ann/by-git`;
  const place = join(scratch, "git");
  mkdirSync(place);
  const git = (folder: string, ...words: readonly string[]) => run("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", ...words], { cwd: join(place, folder), env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_TERMINAL_PROMPT: "0" } });
  await git("", "clone", "-q", address, "one");
  await git("", "clone", "-q", "--depth", "1", address, "two");
  appendFileSync(join(place, "one", "notes.md"), "first\n");
  await git("one", "add", "notes.md");
  await git("one", "commit", "-q", "-m", "first");
  await git("one", "tag", "-a", "v1.0", "-m", "first");
  await git("one", "push", "-q", "--follow-tags", "origin", "HEAD");
  await git("two", "pull", "-q");
  if (readFileSync(join(place, "two", "notes.md"), "utf8") !== "first\n") throw new Error("the second clone has something else");
  const served = await (await fetch(`${endpoint}/ann/by-git/resolve/v1.0/notes.md`)).text();
  if (served !== "first\n") throw new Error(`the hub serves ${JSON.stringify(served)}`);
  await git("one", "fsck", "--strict");
  return run("git", ["--version"]);
}
