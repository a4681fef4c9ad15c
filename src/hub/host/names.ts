import { repositoryNameInvalid } from "./errors.ts";

const LONGEST = 96;

/** What a name of a repository or an account must be: it becomes a part of paths and addresses. @throws `hub.name_invalid` */
export function requireName(name: string): string {
  const fault = findNameFault(name);
  if (fault !== undefined) throw repositoryNameInvalid(name, fault);
  return name;
}

/** Source: huggingface_hub, utils/_validators.py, validate_repo_id. */
function findNameFault(name: string): string | undefined {
  if (name.length === 0) return "it is empty";
  if (name.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return "it has other signs than letters, digits, - _ and .";
  if (/^[.-]|[.-]$/.test(name)) return "it begins or ends with - or .";
  if (name.includes("--") || name.includes("..")) return "-- or .. is in it";
  if (/\.git$/i.test(name)) return "it ends in .git";
  return undefined;
}

/** @throws `hub.name_invalid` */
export function requireRepositoryName(name: string): string {
  // `/owner/resolve/…` would be a file of a repository without an owner.
  if (name === "resolve") throw repositoryNameInvalid(name, "addresses of files have it");
  return requireName(name);
}

/** Addresses of pages begin with these, not with an account. */
const RESERVED = new Set(["api", "datasets", "spaces", "models", "cas", "lfs", "docs", "assets", "settings", "new", "login", "oauth", "openapi.json", "favicon.ico"]);

/** @throws `hub.name_invalid` */
export function requireAccountName(name: string): string {
  if (RESERVED.has(name.toLowerCase())) throw repositoryNameInvalid(name, "this hub uses it itself");
  return requireName(name);
}
