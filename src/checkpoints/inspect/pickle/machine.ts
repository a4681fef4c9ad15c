// The state of the machine a pickle is a program for, and the steps its operations are made of. All bounds are held here.
import type { PickleLimits } from "./limits.ts";
import type { PickleSource } from "./source.ts";
import type { PickleGlobal, PickleStorage, PickleValue } from "./value.ts";

/** A name that was not followed. */
export interface RefusedGlobal {
  readonly type: PickleGlobal;
  /** How often it was called, or referred to when it was never called. */
  calls: number;
  references: number;
  /** Of the first call. */
  args?: PickleValue;
}

export interface Machine {
  readonly source: PickleSource;
  readonly limits: PickleLimits;
  readonly memo: Map<number, PickleValue>;
  readonly refused: Map<string, RefusedGlobal>;
  /** Pieces of memory the pickle refers to, by key. */
  readonly storages: Map<string, PickleStorage>;
  push(value: PickleValue): void;
  /** Counts work that goes beyond one value. */
  charge(amount: number): void;
  /** Whether that many bytes of content may still be kept; if so, they are. */
  keeps(length: number): boolean;
  /** @throws SyntaxError on an empty stack, or at a mark */
  pop(): PickleValue;
  top(): PickleValue;
  mark(): void;
  /** Everything above the last mark, which goes too. */
  popMark(): PickleValue[];
  /** Forgets the topmost value, or the topmost mark when nothing stands above it. */
  drop(): void;
  remember(index: number): void;
  recall(index: number): PickleValue;
}

export function createMachine(source: PickleSource, limits: PickleLimits): Machine {
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  let nodes = 0;
  let kept = 0;
  const floor = (): number => marks.at(-1) ?? 0;
  const requireValue = (): void => {
    if (stack.length <= floor()) throw new SyntaxError("it takes a value from an empty stack");
  };
  const charge = (amount: number): void => {
    nodes += amount;
    if (nodes > limits.nodes) throw new SyntaxError(`it makes more than ${limits.nodes} values`);
  };
  return {
    source,
    limits,
    memo,
    refused: new Map(),
    storages: new Map(),
    charge,
    push(value) {
      charge(1);
      if (stack.length >= limits.stack) throw new SyntaxError(`it stacks more than ${limits.stack} values`);
      stack.push(value);
    },
    keeps(length) {
      if (length > limits.textBytes || kept + length > limits.keptBytes) return false;
      kept += length;
      return true;
    },
    pop() {
      requireValue();
      return stack.pop()!;
    },
    top() {
      requireValue();
      return stack.at(-1)!;
    },
    mark() {
      if (marks.length >= limits.stack) throw new SyntaxError(`it opens more than ${limits.stack} marks`);
      marks.push(stack.length);
    },
    popMark() {
      const start = marks.pop();
      if (start === undefined) throw new SyntaxError("it closes a group that was never opened");
      return stack.splice(start);
    },
    drop() {
      if (stack.length > floor()) stack.pop();
      else if (marks.pop() === undefined) throw new SyntaxError("it takes a value from an empty stack");
    },
    remember(index) {
      requireValue();
      if (memo.size >= limits.memo && !memo.has(index)) throw new SyntaxError(`it remembers more than ${limits.memo} values`);
      memo.set(index, stack.at(-1)!);
    },
    recall(index) {
      const value = memo.get(index);
      if (value === undefined) throw new SyntaxError(`it recalls value ${index}, which it never remembered`);
      return value;
    },
  };
}

/** Notes that a name was met and not followed. */
export function refuse(machine: Machine, type: PickleGlobal, args?: PickleValue): void {
  const key = `${type.module}.${type.name}`;
  let entry = machine.refused.get(key);
  if (entry === undefined) machine.refused.set(key, (entry = { type, calls: 0, references: 0 }));
  if (args === undefined) entry.references += 1;
  else {
    entry.calls += 1;
    entry.args ??= args;
  }
}
