import { TunesmithError } from "../../errors.ts";

export function engineMissing(packageName: string, version: string, cause?: unknown): TunesmithError {
  return new TunesmithError({
    code: "engine.missing",
    message: `Cannot load the engine: the package ${packageName} is not installed`,
    hint: `Run \`npm install ${packageName}@${version}\`, or \`tunesmith doctor\` to see what this machine needs.`,
    cause,
  });
}

export function engineUnsupportedPlatform(platform: string): TunesmithError {
  return new TunesmithError({
    code: "engine.unsupported_platform",
    message: `Cannot load the engine: no native build for ${platform}`,
    hint: "Use Linux x64, macOS arm64 or Windows x64.",
  });
}

export function engineWrongRelease(found: string, needed: string): TunesmithError {
  return new TunesmithError({
    code: "engine.wrong_release",
    message: `Cannot load the engine: its libraries are ${found}, this version needs ${needed}`,
    hint: "Run `npm ci` to restore the pinned packages.",
  });
}

export function engineCrashed(what: string, how: string, stderr: string): TunesmithError {
  const last = stderr.trim().split("\n").slice(-6).join("\n");
  return new TunesmithError({
    code: "engine.crashed",
    message: `${what} died: ${how}${last === "" ? "" : `\n${last}`}`,
    hint: "Run `tunesmith doctor`; if it repeats, report the lines above.",
    details: { how, stderr },
  });
}
