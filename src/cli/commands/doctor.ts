import { defineCommand } from "../command.ts";
import { text } from "../options.ts";

/** `tunesmith doctor` */
export const doctor = defineCommand({
  name: "doctor",
  summary: "Check machine, engine, GPU backends and workspace",
  options: { outputDir: text("dir", "where runs are", { default: "outputs" }) },
  examples: ["doctor", "doctor --json"],
  async run({ options, print, world, endWith }) {
    const { ENGINE_PACKAGE_VERSION, enginePackage, findLibraryDirectory } = await import("../../engine/ffi/index.ts");
    const { readText } = await import("../../files/index.ts");
    const { findNvidiaDriver, inspectBackends } = await import("../doctor/backends.ts");
    const { inspectEngine } = await import("../doctor/engine.ts");
    const { inspectMachine } = await import("../doctor/machine.ts");
    const { systemPlaces } = await import("../doctor/shared-libraries.ts");
    const { showReport } = await import("../doctor/show.ts");
    const { inspectWorkspace } = await import("../doctor/workspace.ts");

    const engine = await inspectEngine();
    const source = { packageOf: enginePackage, directoryOf: findLibraryDirectory, packageVersion: ENGINE_PACKAGE_VERSION, platform: process.platform };
    const report = {
      ok: engine.error === null,
      machine: { ...inspectMachine(), nvidia_driver: findNvidiaDriver(readText) },
      engine,
      backends: inspectBackends(source, systemPlaces(world.environment)),
      workspace: inspectWorkspace(options.outputDir, world),
    };
    showReport(report, print);
    if (!report.ok) endWith(1);
    return report;
  },
});
