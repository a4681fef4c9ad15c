// Users and organizations: one small file each, read again when another process (`tunesmith hub token create`) has changed one.
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { glance, listDirectory, readJson, withLock, writeJson } from "../../files/index.ts";
import { HUB_HOST_SCHEMA_VERSION, hubAccountSchema, parseRecord, type HubAccount, type HubToken } from "../../records/index.ts";
import { accountMissing, accountTaken, tokenNotHeld, tokenTaken, tokenUnusable } from "./errors.ts";
import { requireAccountName } from "./names.ts";

export interface NewAccount {
  readonly name: string;
  readonly type: "user" | "org";
  readonly fullname?: string;
  readonly email?: string;
  /** Address of a picture. */
  readonly avatar?: string;
  /** 24 hex digits, of an account that comes from another hub. Default: new. */
  readonly id?: string;
  /** Of an organization. */
  readonly members?: HubAccount["members"];
  readonly privateByDefault?: boolean;
}

export interface NewToken {
  readonly user: string;
  readonly name: string;
  readonly role: HubToken["role"];
  /** Default: a random one. */
  readonly secret?: string;
}

/** Who a token belongs to. */
export interface TokenHolder {
  readonly account: HubAccount;
  readonly token: HubToken;
}

export interface Accounts {
  /** In the order of their names. */
  list(): readonly HubAccount[];
  /** Large and small letters are the same. */
  find(name: string): HubAccount | undefined;
  findHolder(secret: string): TokenHolder | undefined;
  /** Organizations that a user is in. */
  organizationsOf(user: string): readonly HubAccount[];
  /** @throws `hub.account_taken`, `hub.account_missing` for a member that is no user, `hub.name_invalid` */
  add(account: NewAccount): Promise<HubAccount>;
  /** The secret, which is written nowhere. @throws `hub.account_missing`, `hub.token_taken`, `hub.token_unusable` */
  addToken(token: NewToken): Promise<string>;
  /** @throws `hub.account_missing`, `hub.token_not_held` */
  removeToken(user: string, name: string): Promise<void>;
}

export interface Minting {
  readonly now: () => Date;
  /** 24 hex digits, never the same twice. */
  readonly newId: () => string;
}

/** Opens `accounts/` of a data directory. @throws `records.*` */
export function openAccounts(dataDirectory: string, { now, newId }: Minting): Accounts {
  const directory = join(dataDirectory, "accounts");
  let stamp = "";
  let byName = new Map<string, HubAccount>();
  let byDigest = new Map<string, TokenHolder>();
  const refresh = (): void => {
    const current = String(glance(directory)?.modifiedMs);
    if (current === stamp) return;
    stamp = current;
    byName = readAccounts(directory);
    byDigest = new Map([...byName.values()].flatMap((account) => account.tokens.map((token) => [token.sha256, { account, token }] as const)));
  };
  const find = (name: string): HubAccount | undefined => {
    refresh();
    return byName.get(name.toLowerCase());
  };
  const require = (name: string): HubAccount => {
    const found = find(name);
    if (found === undefined) throw accountMissing(name);
    return found;
  };
  const save = (account: HubAccount): void => {
    writeJson(join(directory, `${account.name.toLowerCase()}.json`), account);
    stamp = "";
  };
  const exclusively = <T>(act: () => T): Promise<T> => withLock(join(dataDirectory, "accounts.lock"), () => {
    stamp = "";
    return act();
  });
  return {
    list() {
      refresh();
      return [...byName.values()];
    },
    find,
    findHolder(secret) {
      refresh();
      return byDigest.get(digestOf(secret));
    },
    organizationsOf(user) {
      refresh();
      return [...byName.values()].filter(({ type, members }) => type === "org" && roleIn(members, user) !== undefined);
    },
    add: ({ name, type, fullname = name, email, avatar, id = newId(), members = {}, privateByDefault = false }) =>
      exclusively(() => {
        if (find(requireAccountName(name)) !== undefined) throw accountTaken(name);
        for (const member of Object.keys(members)) if (require(member).type !== "user") throw accountMissing(member);
        const account: HubAccount = { schema_version: HUB_HOST_SCHEMA_VERSION, id, name, fullname, ...(email === undefined ? {} : { email }), ...(avatar === undefined ? {} : { avatar }), type, members, private_by_default: privateByDefault, tokens: [], created_at: now().toISOString() };
        save(account);
        return account;
      }),
    addToken: ({ user, name, role, secret = randomToken() }) =>
      exclusively(() => {
        const account = require(user);
        if (account.type !== "user") throw accountMissing(user);
        if (!/^[\x21-\x7e]{8,200}$/.test(secret)) throw tokenUnusable("it is shorter than 8 signs, longer than 200, or has blanks");
        const sha256 = digestOf(secret);
        if (account.tokens.some((token) => token.name === name)) throw tokenTaken(name);
        if (byDigest.has(sha256)) throw tokenUnusable("somebody has it already");
        save({ ...account, tokens: [...account.tokens, { id: newId(), sha256, name, role, created_at: now().toISOString() }] });
        return secret;
      }),
    removeToken: (user, name) =>
      exclusively(() => {
        const account = require(user);
        if (!account.tokens.some((token) => token.name === name)) throw tokenNotHeld(name, user);
        save({ ...account, tokens: account.tokens.filter((token) => token.name !== name) });
      }),
  };
}

/** The role of a user among members; large and small letters are the same. */
export function roleIn(members: HubAccount["members"], user: string): "admin" | "write" | "read" | undefined {
  const wanted = user.toLowerCase();
  return Object.entries(members).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function readAccounts(directory: string): Map<string, HubAccount> {
  if (glance(directory)?.isDirectory !== true) return new Map();
  const files = listDirectory(directory).files.filter((file) => file.endsWith(".json") && !file.startsWith("."));
  return new Map(files.map((file) => {
    const account = parseRecord(hubAccountSchema, readJson(join(directory, file)), join(directory, file));
    return [account.name.toLowerCase(), account];
  }));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** In the form that scanners of leaked secrets know: `hf_` and 34 letters, here 193 random bits. Bytes that would favour a letter are left out. */
function randomToken(): string {
  let text = "";
  while (text.length < 34) for (const byte of randomBytes(64)) if (byte < 208 && text.length < 34) text += LETTERS[byte % 52]!;
  return `hf_${text}`;
}

function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
