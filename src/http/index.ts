export { listen, type ListeningServer, type ListenOptions } from "./listen.ts";
export { describeApi, type ApiDescription } from "./openapi.ts";
export { toProblem, type Problem, type ProblemReply } from "./problem.ts";
