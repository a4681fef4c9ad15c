// What one source says about a checkpoint, whoever wrote it. A claim is not yet believed: the catalog weighs sidecar, config, file and name.

/** Everything a sidecar, a run's configuration or the file itself may say; what it does not say is absent. */
export interface CheckpointClaims {
  readonly id?: string;
  readonly runId?: string;
  readonly expName?: string;
  readonly tag?: string;
  /** ISO 8601 as it was written. */
  readonly createdAt?: string;
  /** 0-based. */
  readonly epoch?: number;
  readonly step?: number;
  readonly maxEpochs?: number;
  readonly phase?: string;
  readonly architecture?: string;
  readonly encoder?: string;
  readonly decoder?: string;
  readonly head?: string;
  readonly loss?: string;
  readonly baseModel?: string;
  readonly quantization?: string;
  readonly parameterCount?: number;
  readonly monitor?: string;
  readonly mode?: "min" | "max";
  readonly saveTopK?: number;
  readonly saveLast?: boolean;
  readonly configPath?: string;
  readonly wandbRunId?: string;
  readonly configDigest?: string;
  readonly datasetDigest?: string;
  readonly weightsFile?: string;
  readonly weightsDigest?: string;
  readonly weightsBytes?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

export type SidecarFaultType = "unreadable" | "too_large" | "syntax" | "schema_validation" | "business_rule";

/** Something wrong with a sidecar; the rest of it is used all the same. */
export interface SidecarFault {
  readonly type: SidecarFaultType;
  /** Name of the sidecar. */
  readonly file: string;
  /** Dotted path, absent for a fault of the whole file. */
  readonly field?: string;
  readonly message: string;
}

/** Drops members that are undefined. */
export function present<T extends object>(members: T): T {
  const kept: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) kept[name] = members[name];
  return kept as T;
}
