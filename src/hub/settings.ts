// Where the hub is, where the cache is, who asks: read from the same variables as the Python client.
// https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { isFile, readText } from "../files/index.ts";
import { endpointInvalid, tokenInvalid } from "./errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The cache that Python and other tools share: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub. */
export function findHubCache(environment: Environment): string {
  const explicit = given(environment, "HF_HUB_CACHE") ?? given(environment, "HUGGINGFACE_HUB_CACHE");
  return explicit === undefined ? join(findHome(environment), "hub") : absolute(explicit);
}

/** Where Python's `datasets` keeps what it loaded: HF_DATASETS_CACHE, HF_HOME/datasets. */
export function findDatasetsCache(environment: Environment): string {
  const explicit = given(environment, "HF_DATASETS_CACHE");
  return explicit === undefined ? join(findHome(environment), "datasets") : absolute(explicit);
}

/** The hub's address without a slash at the end. Default https://huggingface.co. @throws `hub.endpoint_invalid` */
export function findEndpoint(environment: Environment, explicit?: string): string {
  const endpoint = (explicit ?? given(environment, "HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, "");
  if (!URL.canParse(endpoint) || !["http:", "https:"].includes(new URL(endpoint).protocol)) throw endpointInvalid(endpoint);
  return endpoint;
}

/** The token: the argument, HF_TOKEN, HUGGING_FACE_HUB_TOKEN, else the file at HF_TOKEN_PATH or HF_HOME/token. @throws `hub.token_invalid` */
export function findToken(environment: Environment, explicit?: string): string | undefined {
  const file = absolute(given(environment, "HF_TOKEN_PATH") ?? join(findHome(environment), "token"));
  const origins: readonly (readonly [string, () => string | undefined])[] = [
    ["the argument", () => explicit],
    ["HF_TOKEN", () => given(environment, "HF_TOKEN")],
    ["HUGGING_FACE_HUB_TOKEN", () => given(environment, "HUGGING_FACE_HUB_TOKEN")],
    [file, () => (isTrue(environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"]) || !isFile(file) ? undefined : readText(file))],
  ];
  for (const [origin, read] of origins) {
    const token = read()?.trim();
    if (token === undefined || token === "") continue;
    if (!/^[\x21-\x7e]+$/.test(token)) throw tokenInvalid(origin);
    return token;
  }
  return undefined;
}

/** HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE. */
export function isOffline(environment: Environment): boolean {
  return isTrue(environment["HF_HUB_OFFLINE"]) || isTrue(environment["TRANSFORMERS_OFFLINE"]);
}

function findHome(environment: Environment): string {
  const explicit = given(environment, "HF_HOME");
  if (explicit !== undefined) return absolute(explicit);
  return join(absolute(given(environment, "XDG_CACHE_HOME") ?? join(homedir(), ".cache")), "huggingface");
}

function given(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value === "" ? undefined : value;
}

function absolute(path: string): string {
  const expanded = path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
  return isAbsolute(expanded) ? expanded : resolve(expanded);
}

function isTrue(value: string | undefined): boolean {
  return ["1", "true", "yes", "on"].includes((value ?? "").toLowerCase());
}
