// The named peer, PyTorch with PEFT, as a child process. It is for measuring only; without it the bench reports our engine alone.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LoraMeasurement, LoraWork } from "./lora-worker.ts";

export interface PeerMeasurement extends LoraMeasurement {
  /** Names and versions of the packages. */
  readonly peer: string;
}

export type PeerType = "f32" | "bf16";

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, "torch", "lora.py");

/** Whether this Python can run the peer. Starts it once. */
export async function hasPeer(python: string): Promise<boolean> {
  try {
    await run(python, ["-c", "import torch, transformers, peft"]);
    return true;
  } catch {
    return false;
  }
}

/** Runs the peer on the same model, adapter and tokens; undefined when it has not ended after `limitMs` (0: no limit). */
export async function measurePeer(python: string, dtype: PeerType, work: Omit<LoraWork, "base">, limitMs: number): Promise<PeerMeasurement | undefined> {
  const { model, adapter, batch, length, steps, warmup, threads } = work;
  const flags = { model, batch, length, steps, warmup, threads, dtype, adapter };
  try {
    const { stdout } = await run(python, [SCRIPT, ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])], { timeout: limitMs, killSignal: "SIGKILL" });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as PeerMeasurement;
  } catch (error) {
    if ((error as { killed?: boolean }).killed === true) return undefined;
    throw error;
  }
}
