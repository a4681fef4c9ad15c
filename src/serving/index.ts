export { PROMPT_FORMAT_KEY } from "./describe-model.ts";
export type { HostAnswer, HostInfo, HostRequest, ModelHostOptions } from "./host-messages.ts";
export { startModelHost, type GenerateContext, type ModelHost } from "./model-host.ts";
export { openModelPool, type ModelPool, type ModelPoolOptions } from "./pool.ts";
export { servingRoutes, type RenderedPrompt, type ServingOptions } from "./routes.ts";
export { generateBodySchema, generateReplySchema, type GenerateBody, type GenerateReply } from "./schemas.ts";
