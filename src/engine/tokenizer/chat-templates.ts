// Chat templates by name. A model has one, or a list of which "default" answers where no name is given.
import { chatTemplateText, isFields } from "./parse.ts";

/** All but the one that answers by default, in order. */
export function namedTemplates(value: unknown): readonly (readonly [name: string, template: string])[] {
  if (!Array.isArray(value)) return [];
  const chosen = chatTemplateText(value);
  return value.filter(isFields).flatMap(({ name, template }): [string, string][] => (typeof name === "string" && typeof template === "string" && template !== chosen ? [[name, template]] : []));
}

/** As tokenizer_config.json spells them. */
export function templatesJson(standard: string, named: readonly (readonly [name: string, template: string])[]): unknown {
  if (named.length === 0) return standard;
  return [{ name: "default", template: standard }, ...named.map(([name, template]) => ({ name, template }))];
}
