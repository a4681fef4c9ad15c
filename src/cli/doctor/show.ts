import { formatAmount, formatBytes } from "../format.ts";
import type { Print } from "../print.ts";
import type { BackendReport } from "./backends.ts";
import type { EngineReport } from "./engine.ts";
import type { MachineReport } from "./machine.ts";
import type { WorkspaceReport } from "./workspace.ts";

export interface DoctorReport {
  readonly ok: boolean;
  readonly machine: MachineReport & { readonly nvidia_driver: string | null };
  readonly engine: EngineReport;
  readonly backends: readonly BackendReport[];
  readonly workspace: WorkspaceReport;
}

/** Prints the report for people. */
export function showReport({ ok, machine, engine, backends, workspace }: DoctorReport, print: Print): void {
  const { bold, green, red, yellow, dim } = print.paint;
  const fact = (name: string, value: string) => print.line(`  ${name.padEnd(10)} ${value}`);

  print.line(bold("Machine"));
  fact("system", `${machine.platform}, ${machine.os_release}${machine.glibc === null ? "" : `, glibc ${machine.glibc}`}, Node ${machine.node}`);
  fact("processor", `${machine.cpu}, ${machine.cores} cores`);
  fact("memory", `${formatBytes(machine.memory_bytes)}, ${formatBytes(machine.free_memory_bytes)} free`);
  if (machine.nvidia_driver !== null) fact("GPU", `NVIDIA driver ${machine.nvidia_driver}`);

  print.line(bold("\nEngine"));
  fact("package", `${engine.package ?? "none for this platform"}${engine.package === null ? "" : `@${engine.package_version}`}, ggml and llama ${engine.release}`);
  if (engine.test === null) fact("state", red(`✗ ${engine.error?.message ?? "not tested"}`));
  else {
    fact("devices", engine.test.devices.map((device) => `${device.name} (${device.description})`).join(", "));
    if (engine.test.cpu_variant !== null) fact("CPU build", engine.test.cpu_variant);
    const mark = engine.error === null ? green("✓ works") : red(`✗ ${engine.error.message}`);
    fact("self-test", `${mark}, gradient error ${engine.test.gradient_error.toExponential(1)}, ${engine.test.load_ms.toFixed(0)} ms to load, ${engine.test.test_ms.toFixed(0)} ms to test`);
  }
  if (engine.error?.hint !== undefined) fact("", engine.error.hint);

  print.line(bold("\nBackends"));
  const marks = { ready: green("✓ ready"), incomplete: yellow("! incomplete"), absent: dim("– not installed"), unsupported: dim("– not on this platform") };
  for (const backend of backends) {
    fact(backend.name, marks[backend.status]);
    if (backend.status === "ready" || backend.status === "unsupported") continue;
    fact("", `needs ${backend.needs}`);
    const lacking = backend.libraries.filter((library) => library.status === "missing").map((library) => library.name);
    if (lacking.length > 0) fact("", `not on this system: ${lacking.join(", ")}`);
    for (const { name, status, path } of backend.libraries) if (status === "elsewhere") fact("", `${name} is at ${path}, where the loader does not look: add its folder to LD_LIBRARY_PATH`);
    if (backend.install !== null) fact("", `add it:  ${backend.install}`);
  }

  print.line(bold("\nWorkspace"));
  fact("folder", `${workspace.directory}, ${formatBytes(workspace.free_bytes)} free`);
  fact("history", `${formatAmount(workspace.versions, "version")}, ${formatAmount(workspace.runs, "run")}`);
  if (workspace.broken_lines + workspace.unreadable_runs > 0) fact("", yellow(`! ${workspace.broken_lines} broken lines in the history, ${workspace.unreadable_runs} unreadable runs: see \`tunesmith runs list\``));
  fact("hub cache", `${workspace.hub_cache}${workspace.hub_cache_exists ? "" : " (not there yet)"}, ${formatBytes(workspace.hub_cache_free_bytes)} free`);
  fact("hub", `${workspace.hub_endpoint}${workspace.hub_offline ? ", offline: HF_HUB_OFFLINE is set" : ""}`);

  print.line(ok ? green("\nAll is well.") : red("\nThe engine does not work on this machine."));
}
