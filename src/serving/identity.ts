// What an answer is traced by: which weights gave it, and which run, checkpoint and dataset made them.

export interface ModelIdentity {
  /** What it is called in requests. */
  readonly name: string;
  /** `v1.2`; null for a model that was never given one. */
  readonly version: string | null;
  /** SHA-256 of the weights, in hexadecimal; of the adapter for a checkpoint. */
  readonly digest: string;
  /** Null where the model does not say. */
  readonly runId: string | null;
  readonly checkpoint: string | null;
  readonly datasetDigest: string | null;
  readonly baseModel: string | null;
}

/** Where an identity stands in for a name: `support@v1.2`, or the name alone. */
export function modelId({ name, version }: ModelIdentity): string {
  return version === null || version === name ? name : `${name}@${version}`;
}

/** The headers of every answer: the same ones for every model, so that none is left over from another. Names outside ASCII are written as in addresses. */
export function identityHeaders({ name, version, digest, runId }: ModelIdentity): Readonly<Record<string, string>> {
  return {
    "x-model-name": encodeURI(name),
    "x-model-version": encodeURI(version ?? "unversioned"),
    "x-model-digest": `sha256:${digest}`,
    "x-model-run": encodeURI(runId ?? "none"),
  };
}

/** The members by which replies name where a model comes from. */
export function identityFields({ version, digest, runId, checkpoint, datasetDigest, baseModel }: ModelIdentity) {
  return { model_version: version, digest: `sha256:${digest}`, run_id: runId, checkpoint, dataset_digest: datasetDigest, base_model: baseModel };
}
