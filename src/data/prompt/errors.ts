import { TunesmithError } from "../../errors.ts";

export function promptFormatClash(template: string, format: string): TunesmithError {
  return new TunesmithError({
    code: "data.prompt_format_clash",
    message: `Cannot use the chat template ${template}: the prompt format is ${format}, needed is auto or chat`,
    hint: "Leave out --prompt-format or --chat-template.",
    exitCode: 2,
  });
}

export function templateNotFound(name: string, names: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.chat_template_not_found",
    message: `Cannot use the chat template ${name}: there is no such file, and it is not one of ${names.join(", ")}`,
    hint: "Give a file of Jinja, or one of these names.",
    exitCode: 2,
  });
}

export function templateTokensMissing(name: string, missing: readonly string[]): TunesmithError {
  return new TunesmithError({
    code: "data.chat_template_tokens",
    message: `Cannot use the chat template ${name}: the model's vocabulary has no special token ${missing.join(", ")}`,
    hint: "Use the prompt format alpaca, a template of tokens the model knows, or a model made for this one.",
    details: { missing },
  });
}
