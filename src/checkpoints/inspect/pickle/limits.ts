/** Bounds within which a pickle is read; honest checkpoints of 100,000 tensors stay far below them. */
export interface PickleLimits {
  readonly bytes: number;
  readonly operations: number;
  readonly memo: number;
  /** Values pushed. */
  readonly nodes: number;
  /** Values on the stack and open marks. */
  readonly stack: number;
  /** Longer texts and bytes are passed over: their length is kept, their content is not. */
  readonly textBytes: number;
  /** Of all texts and bytes together; what comes after is passed over. */
  readonly keptBytes: number;
  /** Names of classes and modules. */
  readonly nameBytes: number;
  /** Of one whole number. */
  readonly integerBytes: number;
}

export const PICKLE_LIMITS: PickleLimits = {
  bytes: 1 << 28,
  operations: 20_000_000,
  memo: 2_000_000,
  nodes: 4_000_000,
  stack: 2_000_000,
  textBytes: 1 << 20,
  keptBytes: 1 << 26,
  nameBytes: 4096,
  integerBytes: 256,
};
