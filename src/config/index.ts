export { LORA_TARGETS, trainConfigSchema, trainEnvironment, type TrainConfig } from "./train.ts";
