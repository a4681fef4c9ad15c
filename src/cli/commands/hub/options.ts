import { text } from "../../options.ts";

/** The directory of a hub on this machine, as `hub serve` has it open. */
export const hubDataOptions = { data: text("dir", "what the hub keeps", { default: "hub-data" }) };
