export { createRelease, type CreatedRelease, type CreateReleaseOptions } from "./assemble/create.ts";
export { planRelease, type ReleaseOptions, type ReleasePlan } from "./assemble/plan.ts";
export { parseCardHead } from "./card/read-head.ts";
export { renderDatasetCard, type DatasetCardFacts } from "./card/dataset-card.ts";
export { renderEvaluationsCard } from "./card/evaluations-card.ts";
export { renderModelCard } from "./card/model-card.ts";
export type { CardPlace } from "./card/card-place.ts";
export { findRelease, listReleases, readRelease, RELEASES_DIRECTORY, requireRelease, type Release, type ReleaseListing } from "./places.ts";
