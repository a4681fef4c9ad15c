import { join } from "node:path";
import { text } from "../../options.ts";

/** Where the keys of a server are kept unless somebody says otherwise. */
export const KEYS_FILE = join(".tunesmith", "api-keys.json");

export const keyOptions = { apiKeys: text("file", "the file of keys, as given to `serve`", { default: KEYS_FILE }) };
