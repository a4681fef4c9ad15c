// Flags of a command, derived from its schema: a setting is written down once.
import { z } from "zod";
import { membersOf, unwrap } from "./shape.ts";

export interface ConfigFlag {
  /** As commander wants it: `--learning-rate <number>`, `--merge-adapters`. */
  readonly flag: string;
  /** The key in the configuration: `learning_rate`. */
  readonly key: string;
  readonly help: string;
  /** The schema's default; undefined when the setting is required. */
  readonly default: unknown;
  readonly required: boolean;
  /** The words it takes, if they are a closed list. */
  readonly choices?: readonly string[];
}

/** One flag per plain member of an object schema, in the schema's order; a section is set by `section.key=value`. Values stay text: {@link resolveConfig} reads them by the schema. */
export function flagsOf(schema: z.ZodType): readonly ConfigFlag[] {
  return Object.entries(membersOf(schema) ?? {}).filter(([, member]) => membersOf(member) === undefined).map(([key, member]) => {
    const inner = unwrap(member);
    const absent = member.safeParse(undefined);
    const choices = choicesOf(inner);
    const name = `--${key.replaceAll("_", "-")}`;
    return {
      flag: inner instanceof z.ZodBoolean ? name : `${name} <${placeholder(inner)}>`,
      key,
      help: member.description ?? "",
      default: absent.success ? absent.data : undefined,
      required: !absent.success,
      ...(choices === undefined ? {} : { choices }),
    };
  });
}

function choicesOf(schema: z.ZodType): readonly string[] | undefined {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  if (schema instanceof z.ZodBoolean) return ["true", "false"];
  if (!(schema instanceof z.ZodUnion)) return undefined;
  const parts = schema.options.map((option) => choicesOf(option as z.ZodType));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function placeholder(schema: z.ZodType): string {
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodArray) return "a,b,…";
  const choices = choicesOf(schema);
  return choices === undefined ? "text" : choices.join("|");
}
