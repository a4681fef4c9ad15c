// Conversations of OpenAI's shape: a list of { role, content }.
import { nameType, readText } from "./cell.ts";
import type { Row } from "./row.ts";

const ROLES = ["system", "user", "assistant"] as const;

interface Message {
  readonly role: (typeof ROLES)[number];
  readonly content: string;
}

/** @throws SyntaxError naming the turn that cannot be read */
export function readMessages(value: unknown): readonly Message[] {
  if (!Array.isArray(value)) throw new SyntaxError(`messages is ${nameType(value)}, needed is a list of { role, content }`);
  return value.map((turn: unknown, index) => {
    if (turn === null || typeof turn !== "object") throw new SyntaxError(`messages[${index}] is ${nameType(turn)}, needed is { role, content }`);
    const { role, content } = turn as Readonly<Record<string, unknown>>;
    const known = ROLES.find((name) => name === role);
    if (known === undefined) throw new SyntaxError(`messages[${index}].role is ${JSON.stringify(role) ?? "missing"}, needed is one of ${ROLES.join(", ")}`);
    return { role: known, content: readContent(content, index) };
  });
}

/** Content is text, or a list of parts of which the text parts are joined. */
function readContent(content: unknown, index: number): string {
  if (!Array.isArray(content)) return readText(content, `messages[${index}].content`);
  return content
    .map((part: unknown) => {
      const { type, text } = (part ?? {}) as Readonly<Record<string, unknown>>;
      if (type !== "text") throw new SyntaxError(`messages[${index}].content has a part of type ${JSON.stringify(type) ?? "missing"}, needed is text`);
      return readText(text, `messages[${index}].content`);
    })
    .join("");
}

/**
 * One row of a conversation: the last user turn is the instruction, the turn after it the output, and earlier turns are told in the input.
 * @throws SyntaxError when it does not end with a user turn and its answer
 */
export function joinTurns(messages: readonly Message[]): Pick<Row, "instruction" | "input" | "output" | "system"> {
  const turns = messages.filter(({ role }) => role !== "system");
  const [user, assistant] = turns.slice(-2);
  if (user?.role !== "user" || assistant?.role !== "assistant") {
    const ending = turns.slice(-2).map(({ role }) => role).join(", ") || "nothing";
    throw new SyntaxError(`messages end with ${ending}, needed is user, assistant`);
  }
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content).join("\n\n");
  const earlier = turns.slice(0, -2).map(({ role, content }) => `${role === "user" ? "User" : "Assistant"}: ${content}`);
  return { instruction: user.content, input: earlier.join("\n"), output: assistant.content, ...(system === "" ? {} : { system }) };
}
