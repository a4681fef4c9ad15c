export { listen, type ListeningServer, type ListenOptions } from "./listen.ts";
export { describeApi, type ApiDescription } from "./openapi.ts";
export type { FindKeyHolder, KeyHolder } from "./access.ts";
export { toProblem, type ProblemReply } from "./problem.ts";
export type { SentAnswer } from "./mount.ts";
