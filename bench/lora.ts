// LoRA training speed of our engine against PyTorch + PEFT on this CPU, in the same run: same weights, same first adapter, same tokens.
//
//   npx tsx bench/lora.ts [--model tiny|100m|both] [--python python3] [--rounds 5] [--steps 5] [--threads N] [--clock cpu] [--peer-types f32,bf16]
//                     [--json FILE]
//
// Every measurement is a process of its own and runs alone. First each base type of ours, and each of the peer, is tried once; then f32 of both
// and the best of both run in turn, round after round, and speeds are compared within a round. Threads of either side wait busily for each
// other, so that wall time says nothing while other work runs: then take one thread and --clock cpu, which counts CPU time instead.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runIsolated, siblingModule } from "../src/engine/ffi/index.ts";
import type { BaseType } from "../src/engine/models/index.ts";
import { writeJson } from "../src/files/index.ts";
import { hasPeer, measurePeer, type PeerType } from "./lora-peer.ts";
import type { LoraMeasurement, LoraWork } from "./lora-worker.ts";
import { formatMegabytes, formatSpread, formatTable, median } from "./print.ts";
import { makeRandomModel } from "./random-model.ts";

const CACHE = join(import.meta.dirname, "..", ".tunesmith", "bench");
const TOKENIZER = join(import.meta.dirname, "..", "assets", "base-model");
const MODELS = { tiny: { batch: 8, length: 128 }, "100m": { batch: 4, length: 128 } } as const;
const TRY_LIMIT_MS = 60_000;
type ModelName = keyof typeof MODELS;
const BASES: readonly BaseType[] = ["f32", "q8_0", "q4_0", "q4_k"];

const { values: flags } = parseArgs({
  options: {
    model: { type: "string", default: "both" },
    python: { type: "string", default: "python3" },
    rounds: { type: "string", default: "5" },
    steps: { type: "string", default: "5" },
    threads: { type: "string", default: String(availableParallelism()) },
    clock: { type: "string", default: "wall" },
    "peer-types": { type: "string", default: "f32,bf16" },
    json: { type: "string" },
  },
});
const peerTypes = flags["peer-types"].split(",") as readonly PeerType[];
const steps = Number(flags.steps);
const rounds = Number(flags.rounds);
const threads = Number(flags.threads);
const speedOf = (one: LoraMeasurement) => (flags.clock === "cpu" ? one.tokens_per_cpu_s : one.tokens_per_s);

/** One way to train: which side, in which type. */
interface Setting {
  readonly label: string;
  /** Undefined when it took longer than `limitMs` (default: no limit). */
  readonly run: (how: Partial<LoraWork>, limitMs?: number) => Promise<LoraMeasurement | undefined>;
}

type Measured = ReadonlyMap<string, readonly LoraMeasurement[]>;

function settingsOf(work: Omit<LoraWork, "base">, withPeer: boolean): { readonly ours: readonly Setting[]; readonly peers: readonly Setting[] } {
  const ours = BASES.map((base): Setting => ({
    label: `tunesmith ${base}`,
    run: (how) => runIsolated<LoraWork, never, LoraMeasurement>(siblingModule(import.meta.url, "./lora-worker"), { ...work, base, ...how }, { what: `measuring ${base}` }),
  }));
  const peers = peerTypes.map((dtype): Setting => ({ label: `PyTorch ${dtype}`, run: (how, limitMs = 0) => measurePeer(flags.python, dtype, { ...work, ...how }, limitMs) }));
  return { ours, peers: withPeer ? peers : [] };
}

/** Runs each once on one row (some types are a hundred times slower than others) and says which is the fastest. */
async function fastestOf(settings: readonly Setting[]): Promise<Setting | undefined> {
  const speeds = new Map<Setting, number>();
  for (const setting of settings) {
    const measured = await setting.run({ batch: 1, steps: 2, warmup: 1 }, TRY_LIMIT_MS);
    speeds.set(setting, measured === undefined ? 0 : speedOf(measured));
    const said = measured === undefined ? `not three steps in ${TRY_LIMIT_MS / 1000} s` : `${speedOf(measured).toFixed(0).padStart(6)} tokens/${flags.clock === "cpu" ? "CPU-" : ""}s`;
    console.log(`  tried ${setting.label.padEnd(15)} ${said}`);
  }
  return settings.toSorted((a, b) => speeds.get(b)! - speeds.get(a)!)[0];
}

async function measureRounds(settings: Iterable<Setting>): Promise<Measured> {
  const measured = new Map([...settings].map((setting) => [setting, [] as LoraMeasurement[]]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [setting, list] of measured) list.push((await setting.run({}))!);
    console.log(`  round ${round} of ${rounds}`);
  }
  return new Map([...measured].map(([{ label }, list]) => [label, list]));
}

async function benchModel(name: ModelName, withPeer: boolean) {
  const model = join(CACHE, `llama-${name}`);
  makeRandomModel(join(import.meta.dirname, "torch", `llama-${name}.json`), TOKENIZER, model);
  const adapter = join(model, "adapter");
  const work = { model, adapter, ...MODELS[name], steps, warmup: 2, threads };
  console.log(`\n${name}: batch ${work.batch} × ${work.length} tokens, LoRA r=16 on every linear layer, ${threads} threads`);
  const { ours, peers } = settingsOf(work, withPeer);
  const best = await fastestOf(ours);
  const bestPeer = await fastestOf(peers);
  const measured = await measureRounds(new Set([peers[0], bestPeer, ours[0], best].filter((setting) => setting !== undefined)));
  const rivals = new Map([[ours[0]!.label, peers[0]?.label], [best!.label, best === ours[0] ? peers[0]?.label : bestPeer?.label]]);
  const ratios = pairwiseRatios(measured, rivals);
  console.log(`\n${describeSpeeds(measured, rivals, ratios, steps + work.warmup)}`);
  const difference = withPeer ? lossDifference(measured.get(ours[0]!.label)!, measured.get(peers[0]!.label)!) : null;
  if (difference !== null) console.log(`\nlargest difference between the f32 losses of both over ${steps + work.warmup} steps: ${difference.toExponential(1)}`);
  return { name, ...work, rounds, clock: flags.clock, measured: Object.fromEntries(measured), ratios: Object.fromEntries(ratios), loss_difference: difference };
}

/** Our speed over the rival's, round by round. */
function pairwiseRatios(measured: Measured, rivals: ReadonlyMap<string, string | undefined>): ReadonlyMap<string, readonly number[]> {
  return new Map([...rivals].flatMap(([label, rival]) => {
    const theirs = measured.get(rival ?? "");
    return theirs === undefined ? [] : [[label, measured.get(label)!.map((one, round) => speedOf(one) / speedOf(theirs[round]!))] as const];
  }));
}

function describeSpeeds(measured: Measured, rivals: ReadonlyMap<string, string | undefined>, ratios: ReadonlyMap<string, readonly number[]>, lastStep: number): string {
  const rows = [...measured].map(([label, list]) => [
    label,
    formatSpread(list.map(speedOf)),
    ratios.has(label) ? `${formatSpread(ratios.get(label)!, 2)} of ${rivals.get(label)!}` : "",
    formatMegabytes(median(list.map((one) => one.peak_rss_bytes))),
    list[0]!.loss.at(-1)!.toFixed(5),
  ]);
  return formatTable(["median (least–most)", flags.clock === "cpu" ? "tokens per CPU-second" : "tokens/s", "ratio", "peak memory", `loss, step ${lastStep}`], rows);
}

function lossDifference([ours]: readonly LoraMeasurement[], [theirs]: readonly LoraMeasurement[]): number {
  return Math.max(...ours!.loss.map((loss, step) => Math.abs(loss - theirs!.loss[step]!)));
}

if (flags.model !== "both" && !(flags.model in MODELS)) throw new RangeError(`--model must be tiny, 100m or both, not ${flags.model}`);
const withPeer = await hasPeer(flags.python);
if (!withPeer) {
  console.log(`${flags.python} has no torch, transformers and peft: only our engine is measured. To compare:
  python3 -m venv .tunesmith/venv && .tunesmith/venv/bin/pip install torch transformers peft --extra-index-url https://download.pytorch.org/whl/cpu
  npx tsx bench/lora.ts --python .tunesmith/venv/bin/python`);
}
const results = [];
for (const name of Object.keys(MODELS) as ModelName[]) if (flags.model === "both" || flags.model === name) results.push(await benchModel(name, withPeer));
if (flags.json !== undefined) writeJson(flags.json, results);
