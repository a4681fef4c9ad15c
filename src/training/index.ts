export type { TrainingEvent, TrainingFacts, TrainingOutcome } from "./events.ts";
export { baseOfAdapter, chooseAdapter, chooseCheckpoint, mergeCheckpoint, type MergedModel, type MergeOptions } from "./merge.ts";
export { describeOrigin } from "./origin.ts";
export { learningRateAt, type ScheduleOptions } from "./schedule.ts";
export { readChatTemplate } from "./state.ts";
export { trainModel, type TrainedRun, type TrainOptions } from "./train.ts";
export { createWindows, measureFill, planWindows, stepsPerEpoch, type Window, type WindowPlan } from "./windows.ts";
