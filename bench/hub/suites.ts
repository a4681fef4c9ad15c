// The suites of the hub's clients: where they say which hub to ask, who asks, and how they are run.
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

export interface Result {
  readonly test: string;
  readonly outcome: string;
  /** Whether it sent anything to the hub. */
  readonly asked: boolean;
  readonly reason: string;
}

export interface Account {
  readonly name: string;
  readonly fullname: string;
  readonly email?: string;
  readonly id?: string;
  readonly avatar?: string;
  readonly token: string;
  /** Default `ci`. */
  readonly tokenName?: string;
  readonly organizations?: readonly { readonly name: string; readonly fullname: string; readonly isPrivate: boolean }[];
}

export interface Suite {
  readonly name: "huggingface_hub" | "datasets" | "huggingface.js";
  /** Tests that this hub could never pass, by their names. */
  readonly leaves: readonly { readonly tests: RegExp; readonly why: string }[];
  /** Tells a copy of the suite where the hub is. @returns who asks */
  prepare(directory: string, endpoint: string): readonly Account[];
  run(running: Running): Promise<readonly Result[]>;
}

export interface TestList {
  readonly counted: readonly string[];
  readonly left: readonly string[];
}

export interface Running {
  readonly directory: string;
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Default: every test that is there. */
  readonly list?: TestList | undefined;
  /** Only tests whose name has this word. */
  readonly only?: string | undefined;
  /** How many run at once. */
  readonly workers: number;
}

const PUBLIC_STAGING = "https://hub-ci.huggingface.co";
const run = promisify(execFile);
/** What `who-am-i.spec.ts` knows of the account it uses. */
const IN_WHO_AM_I = { id: "62f264b9f3c90f4b6514a269", avatar: "/avatars/934b830e9fdaa879487852f79eef7165.svg", tokenName: "ci-hub.js" };

export const SUITES: readonly Suite[] = [
  {
    name: "huggingface_hub",
    leaves: [{ tests: /[Bb]ucket|[Kk]ernel|test_copy_files\.py::test_cp_/, why: "Buckets and kernels, kinds of repositories that this hub has not" }],
    prepare(directory, endpoint) {
      const tests = join(directory, "tests");
      for (const file of readdirSync(tests).filter((name) => ["testing_constants.py", "test_hf_api.py", "test_xet_upload.py", "test_kernels.py"].includes(name))) replaceIn(join(tests, file), PUBLIC_STAGING, endpoint);
      const constants = readFileSync(join(tests, "testing_constants.py"), "utf8");
      const of = (name: string) => new RegExp(`^${name} = "(.*)"`, "m").exec(constants)?.[1] ?? "";
      return [
        { name: of("USER"), fullname: of("FULL_NAME"), token: of("TOKEN"), organizations: [{ name: "valid_org_hub", fullname: "Dummy Hub Org", isPrivate: false }] },
        { name: of("OTHER_USER"), fullname: of("OTHER_USER"), token: of("OTHER_TOKEN") },
        { name: of("ENTERPRISE_USER"), fullname: of("ENTERPRISE_USER"), token: of("ENTERPRISE_TOKEN"), organizations: [{ name: of("ENTERPRISE_ORG"), fullname: of("ENTERPRISE_ORG"), isPrivate: true }] },
      ];
    },
    run: (running) => pytest(running, ["-m", "not production and not inference", "--ignore=tests/test_generate_cli_reference.py"], "tests"),
  },
  {
    name: "datasets",
    leaves: [{ tests: /[Bb]ucket/, why: "Buckets, a kind of repository that this hub has not" }],
    prepare(directory, endpoint) {
      const place = join(directory, "tests", "fixtures", "hub.py");
      replaceIn(place, PUBLIC_STAGING, endpoint);
      const fixtures = readFileSync(place, "utf8");
      const of = (name: string) => new RegExp(`^${name} = "(.*)"`, "m").exec(fixtures)?.[1] ?? "";
      return [{ name: of("CI_HUB_USER"), fullname: of("CI_HUB_USER_FULL_NAME"), token: of("CI_HUB_USER_TOKEN") }];
    },
    run: (running) => pytest(running, [], "tests/test_upstream_hub.py"),
  },
  {
    name: "huggingface.js",
    leaves: [
      { tests: /from one bucket|to a bucket/, why: "Buckets, a kind of repository that this hub has not" },
      { tests: /^oauth-handle-redirect/, why: "An OAuth provider for web pages, which this hub is not" },
      {
        tests: /401 when accessing|when accessing public repo|commit to a repo with blobs|with web urls|create a PR and then|download regular file|downoad xet file|^upload-file\.spec|^upload-files-with-progress|^upload-files\.spec/,
        why: "They fetch from huggingface.co",
      },
    ],
    prepare(directory, endpoint) {
      const place = join(directory, "src", "test", "consts.ts");
      replaceIn(place, PUBLIC_STAGING, endpoint);
      const constants = readFileSync(place, "utf8");
      const of = (name: string) => new RegExp(`${name} = "(.*)"`).exec(constants)?.[1] ?? "";
      return [{ name: of("TEST_USER"), fullname: "@huggingface/hub CI bot", email: "eliott@huggingface.co", ...IN_WHO_AM_I, token: of("TEST_ACCESS_TOKEN") }];
    },
    run: vitest,
  },
];

async function pytest({ directory, python, environment, list, only, workers }: Running, words: readonly string[], everything: string): Promise<readonly Result[]> {
  const results = join(directory, "results.jsonl");
  const env = { ...environment, RESULTS: results, PYTHONPATH: [import.meta.dirname, environment["PYTHONPATH"] ?? ""].join(delimiter), HF_TOKEN: "", HUGGING_FACE_HUB_TOKEN: "" };
  const files = list === undefined ? [everything] : [...new Set(list.counted.map((test) => test.split("::")[0]!))];
  const left = (list?.left ?? []).map((test) => `--deselect=${test}`);
  const select = [...left, ...(only === undefined ? [] : ["-k", only]), ...(workers > 1 ? ["-n", String(workers), "--dist=loadscope"] : [])];
  // Fails when a test does.
  await run(python, ["-m", "pytest", ...files, ...words, ...select, "-p", "results", "-p", "no:cacheprovider", "-q", "--timeout=180"], { cwd: directory, env, maxBuffer: 2 ** 30 }).catch(() => {});
  const parts = readdirSync(directory).filter((name) => name.startsWith("results.jsonl"));
  return parts.flatMap((name) => readFileSync(join(directory, name), "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Result));
}

interface VitestFile {
  readonly name: string;
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly failureMessages: readonly string[] }[];
}

/** Those files ask that import where the hub of tests is. */
async function vitest({ directory, environment, only, workers }: Running): Promise<readonly Result[]> {
  const results = join(directory, "results.json");
  const folder = join(directory, "src", "lib");
  const files = readdirSync(folder).filter((name) => name.endsWith(".spec.ts") && readFileSync(join(folder, name), "utf8").includes("TEST_HUB_URL"));
  const select = only === undefined ? [] : ["-t", only];
  await run("npx", ["vitest", "run", ...files.map((name) => `src/lib/${name}`), ...select, "--reporter=json", `--outputFile=${results}`, `--maxWorkers=${workers}`], { cwd: directory, env: environment, maxBuffer: 2 ** 30 }).catch(() => {});
  const report = JSON.parse(readFileSync(results, "utf8")) as { readonly testResults: readonly VitestFile[] };
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status, failureMessages }) => ({ test: `${name.slice(name.lastIndexOf("/") + 1)}::${fullName}`, outcome: status, asked: true, reason: failureMessages.join("\n").slice(0, 2000) })),
  );
}

function replaceIn(path: string, from: string, to: string): void {
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to));
}
