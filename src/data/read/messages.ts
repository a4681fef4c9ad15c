// Conversations of OpenAI's shape, a list of { role, content }, and of ShareGPT's, a list of { from, value }.
import type { Message, Row } from "../row.ts";
import { nameType, readText } from "./cell.ts";

const ROLES = ["system", "user", "assistant", "tool"] as const;

/** What ShareGPT files call the speakers. Source: LLaMA-Factory and axolotl, data formats. */
const SPEAKERS: Readonly<Record<string, Message["role"]>> = {
  system: "system", human: "user", user: "user", gpt: "assistant", chatgpt: "assistant", assistant: "assistant", model: "assistant", bot: "assistant", bard: "assistant", bing: "assistant",
  tool: "tool", function: "tool", observation: "tool",
};

/** @throws SyntaxError naming the turn that cannot be read */
export function readMessages(value: unknown): readonly Message[] {
  return readTurns(value, "messages", "{ role, content }", ({ role, content }, place) => {
    const known = role === "developer" ? "system" : ROLES.find((name) => name === role);
    if (known === undefined) throw new SyntaxError(`${place}.role is ${JSON.stringify(role) ?? "missing"}, needed is one of ${ROLES.join(", ")}`);
    return { role: known, content: readContent(content, place) };
  });
}

/** @throws SyntaxError naming the turn that cannot be read */
export function readShareGpt(value: unknown): readonly Message[] {
  return readTurns(value, "conversations", "{ from, value }", (turn, place) => {
    const from = turn["from"] ?? turn["role"];
    const known = typeof from === "string" && Object.hasOwn(SPEAKERS, from) ? SPEAKERS[from] : undefined;
    if (known === undefined) throw new SyntaxError(`${place}.from is ${JSON.stringify(from) ?? "missing"}, needed is one of ${Object.keys(SPEAKERS).join(", ")}`);
    return { role: known, content: readContent(turn["value"] ?? turn["content"], place, "value") };
  });
}

function readTurns(value: unknown, name: string, shape: string, read: (turn: Readonly<Record<string, unknown>>, place: string) => Message): readonly Message[] {
  if (!Array.isArray(value)) throw new SyntaxError(`${name} is ${nameType(value)}, needed is a list of ${shape}`);
  return value.map((turn: unknown, index) => {
    if (turn === null || typeof turn !== "object") throw new SyntaxError(`${name}[${index}] is ${nameType(turn)}, needed is ${shape}`);
    return read(turn as Readonly<Record<string, unknown>>, `${name}[${index}]`);
  });
}

/** Content is text, or a list of parts of which the text parts are joined. */
function readContent(content: unknown, place: string, field = "content"): string {
  if (!Array.isArray(content)) return readText(content, `${place}.${field}`);
  return content
    .map((part: unknown) => {
      const { type, text } = (part ?? {}) as Readonly<Record<string, unknown>>;
      if (type !== "text") throw new SyntaxError(`${place}.${field} has a part of type ${JSON.stringify(type) ?? "missing"}, needed is text`);
      return readText(text, `${place}.${field}`);
    })
    .join("");
}

const SPEAKER_NAMES = { user: "User", assistant: "Assistant", tool: "Tool" } as const;

/**
 * One row of a conversation: the last turn before the last answer is the instruction, that answer the output, and earlier turns are told in
 * the input. With more than one answer all turns are kept as well.
 * @throws SyntaxError when it does not end with a user (or tool) turn and its answer
 */
export function joinTurns(messages: readonly Message[]): Pick<Row, "instruction" | "input" | "output" | "system" | "messages"> {
  const turns = messages.filter(({ role }) => role !== "system") as readonly (Message & { readonly role: keyof typeof SPEAKER_NAMES })[];
  const [asked, answer] = turns.slice(-2);
  if (asked === undefined || asked.role === "assistant" || answer?.role !== "assistant") {
    const ending = turns.slice(-2).map(({ role }) => role).join(", ") || "nothing";
    throw new SyntaxError(`messages end with ${ending}, needed is user, assistant`);
  }
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content).join("\n\n");
  const earlier = turns.slice(0, -2).map(({ role, content }) => `${SPEAKER_NAMES[role]}: ${content}`);
  const answers = turns.filter(({ role }) => role === "assistant").length;
  return { instruction: asked.content, input: earlier.join("\n"), output: answer.content, ...(system === "" ? {} : { system }), ...(answers > 1 && { messages }) };
}
