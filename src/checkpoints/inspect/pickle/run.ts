// Reads one pickle: decodes its operations within bounds and hands back the value, with the names that were not followed.
import { CALLS } from "./calls.ts";
import { CONTAINERS } from "./containers.ts";
import { PICKLE_LIMITS, type PickleLimits } from "./limits.ts";
import { LITERALS, type Operation } from "./literals.ts";
import { createMachine, type RefusedGlobal } from "./machine.ts";
import type { PickleSource } from "./source.ts";
import type { PickleStorage, PickleValue } from "./value.ts";

const STOP = 0x2e;

const OPERATIONS: readonly (Operation | undefined)[] = Array.from({ length: 256 }, (_, code) => LITERALS[code] ?? CONTAINERS[code] ?? CALLS[code]);

export interface ReadPickle {
  readonly value: PickleValue;
  readonly refused: readonly RefusedGlobal[];
  readonly storages: ReadonlyMap<string, PickleStorage>;
}

/**
 * Reads one pickle of any protocol (0 to 5) without running anything of it; the source stands behind it afterwards.
 * @throws SyntaxError for what is no pickle, is cut off, or passes a limit
 */
export function readPickle(source: PickleSource, limits: PickleLimits = PICKLE_LIMITS): ReadPickle {
  const machine = createMachine(source, limits);
  const start = source.position;
  for (let count = 0; ; count++) {
    if (count > limits.operations) throw new SyntaxError(`it has more than ${limits.operations} operations`);
    if (source.position - start > limits.bytes) throw new SyntaxError(`it has more than ${limits.bytes} bytes`);
    const code = source.byte();
    if (code === STOP) return { value: machine.pop(), refused: [...machine.refused.values()], storages: machine.storages };
    const operation = OPERATIONS[code];
    if (operation === undefined) throw new SyntaxError(`byte ${source.position - 1} is 0x${code.toString(16).padStart(2, "0")}, which is no pickle operation`);
    operation(machine);
  }
}
