import { defineCommand } from "../../command.ts";
import { formatCount } from "../../format.ts";
import { INTERRUPTED } from "../../interrupt.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { flag, text } from "../../options.ts";
import { visibleText } from "../../../visible.ts";

const SHOWN = 20;

/** `tunesmith checkpoints validate` */
export const checkpointsValidate = defineCommand({
  name: "checkpoints validate",
  summary: "Check that checkpoints can be found, have a sound sidecar, a score and a run",
  arguments: { directory: text("dir", "where to look (default: outputs)", { default: "outputs" }) },
  options: { deep: flag("read all weights and compare their digests"), all: flag("show every finding") },
  remark: "Ends with exit code 1 when anything is found.",
  examples: ["checkpoints validate", "checkpoints validate outputs --deep --json"],
  async run({ options, arguments: { directory }, print, withInterrupt, endWith }) {
    const { validateCheckpoints } = await import("../../../checkpoints/index.ts");
    const { openCatalog } = await import("../../ledger.ts");
    const catalog = openCatalog(await fromLegacyPath(directory, print), print, { index: "rebuild", packed: true });
    const progress = options.deep ? print.progress({ label: "checking weights", total: catalog.entries.length, unit: "checkpoints" }) : undefined;
    const report = await withInterrupt((signal) => validateCheckpoints(catalog, { deep: options.deep, signal, onProgress: (done) => progress?.update(done) }));
    progress?.finish();
    const { total, checked, valid, invalid, missing, packed, errors, successRate, digested, findings, refused } = report;
    const shown = options.all ? findings : findings.slice(0, SHOWN);
    if (shown.length > 0) print.table(["found", "checkpoint", "what"], shown.map(({ type, path, message }) => [type, visibleText(path), visibleText(message)]));
    if (shown.length < findings.length) print.line(`… and ${formatCount(findings.length - shown.length)} more; --all shows every one`);
    if (shown.length > 0) print.line();
    print.table([checked < total ? "checked" : "total", "valid", "invalid", "without metadata", "packed", "success rate"], [[checked, valid, invalid, missing, packed, `${successRate.toFixed(1)} %`]]);
    for (const [type, count] of Object.entries(errors)) print.line(`  ${type.padEnd(18)} ${formatCount(count)}`);
    if (options.deep) print.line(`${formatCount(digested)} digests compared`);
    if (checked < total) {
      print.warn(`Stopped: ${formatCount(checked)} of ${formatCount(total)} checkpoints were checked; nothing is known about the others.`);
      endWith(INTERRUPTED);
    } else if (valid + packed < total || refused.length > 0) endWith(1);
    return { total, checked, valid, invalid, missing, packed, errors, success_rate: successRate, digested, refused, findings };
  },
});
