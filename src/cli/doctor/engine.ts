import { ENGINE_PACKAGE_VERSION, ENGINE_RELEASE, enginePackage, findLibraryDirectory, runIsolated, siblingModule } from "../../engine/ffi/index.ts";
import { toErrorRecord, type ErrorRecord } from "../../errors.ts";
import { selfTestWrong } from "../errors.ts";
import type { SelfTestReport } from "./self-test.ts";

/** Whether the engine loads and computes rightly. `error` is null when it does. */
export interface EngineReport {
  /** The npm package for this platform; null where there is none. */
  readonly package: string | null;
  readonly package_version: string;
  readonly release: string;
  readonly directory: string | null;
  readonly test: SelfTestReport | null;
  readonly error: ErrorRecord | null;
}

const GRADIENT_LIMIT = 1e-3;
/** Half a step is exact rounding; the scale itself is stored in 16 bits. */
const QUANTIZATION_LIMIT = 0.6;

/** Finds, loads and tests the engine, in a child process: a crash there is a finding here. */
export async function inspectEngine(): Promise<EngineReport> {
  const facts: { package: string | null; directory: string | null; test: SelfTestReport | null } = { package: null, directory: null, test: null };
  try {
    facts.package = enginePackage("cpu");
    facts.directory = findLibraryDirectory("cpu");
    facts.test = await runIsolated<undefined, never, SelfTestReport>(siblingModule(import.meta.url, "./self-test"), undefined, { what: "The self-test of the engine" });
    const { gradient_error, quantization_error } = facts.test;
    if (!(gradient_error <= GRADIENT_LIMIT && quantization_error <= QUANTIZATION_LIMIT)) throw selfTestWrong(gradient_error, quantization_error);
    return report(facts, null);
  } catch (thrown) {
    return report(facts, toErrorRecord(thrown));
  }
}

function report(facts: Pick<EngineReport, "package" | "directory" | "test">, error: ErrorRecord | null): EngineReport {
  return { ...facts, package_version: ENGINE_PACKAGE_VERSION, release: ENGINE_RELEASE, error };
}
