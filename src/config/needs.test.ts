import { expect, it } from "vitest";
import { z } from "zod";
import { describeNeed } from "./needs.ts";
import { trainConfigSchema } from "./train.ts";

it.each([
  ["epochs", "a whole number >= 1"],
  ["max_steps", "a whole number >= 0"],
  ["learning_rate", "a number > 0"],
  ["warmup_ratio", "a number >= 0 and <= 1"],
  ["lora_dropout", "a number >= 0 and < 1"],
  ["seed", "a whole number >= 0 and <= 4294967295"],
  ["model_name", "text that is not empty"],
  ["notes", "text"],
  ["merge_adapters", "true or false"],
  ["gradient_checkpointing", "true, false or auto"],
  ["lr_scheduler", "one of cosine, linear, constant"],
  ["lora_target_modules", "a list, not empty, of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj"],
] as const)("says what %s needs", (key, need) => {
  expect(describeNeed(trainConfigSchema.shape[key])).toBe(need);
});

it("speaks of sections, optional settings and plain numbers", () => {
  expect(describeNeed(z.object({}))).toBe("a mapping of keys to values");
  expect(describeNeed(z.number().int().nullable().optional())).toBe("a whole number");
  expect(describeNeed(z.union([z.number(), z.literal("off")]))).toBe("a number or off");
});
