// One catalog in a process of its own: prints how long it took and how much memory the process ever had.
import { resourceUsage } from "node:process";
import { peekCheckpoint, readCatalog } from "../src/checkpoints/index.ts";
import { parseYaml } from "../src/config/index.ts";
import { parseRunPlace } from "../src/runs/index.ts";

const [root = "outputs", index = "use"] = process.argv.slice(2);
const idle = resourceUsage().maxRSS;
const [started, busy] = [performance.now(), process.cpuUsage()];
const catalog = readCatalog(root, { parseYaml, placeOf: parseRunPlace, peek: peekCheckpoint, index: index === "rebuild" ? "rebuild" : "use" });
const ms = performance.now() - started;
const { user, system } = process.cpuUsage(busy);
const with_architecture = catalog.entries.filter(({ facts }) => facts.architecture !== undefined).length;
console.log(JSON.stringify({ ms, cpu_ms: (user + system) / 1000, entries: catalog.entries.length, described: catalog.described, with_architecture, problems: catalog.entries.reduce((sum, { problems }) => sum + problems.length, 0), peak_rss_bytes: 1024 * resourceUsage().maxRSS, idle_rss_bytes: 1024 * idle }));
