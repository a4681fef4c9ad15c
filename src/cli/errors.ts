import { TunesmithError } from "../errors.ts";

export function usageFault(reason: string, helpCommand: string): TunesmithError {
  return new TunesmithError({ code: "cli.usage", message: `Cannot read the command line: ${reason}`, hint: `Run \`${helpCommand} --help\`.`, exitCode: 2 });
}

export function verbMissing(group: string, verbs: readonly string[]): TunesmithError {
  return usageFault(`\`tunesmith ${group}\` needs one of ${verbs.join(", ")}`, `tunesmith ${group}`);
}

export function interrupted(cause: unknown): TunesmithError {
  return new TunesmithError({ code: "cli.interrupted", message: "Stopped: interrupted before the work was done", cause });
}
