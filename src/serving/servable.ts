import { conversationUnsupported } from "./errors.ts";
import type { ModelIdentity } from "./identity.ts";
import type { ModelPool } from "./pool.ts";

/** A prompt as the model is to see it. */
export interface RenderedPrompt {
  readonly text: string;
  /** Whether special tokens spelled out in the text are meant as such. */
  readonly parseSpecial: boolean;
}

export interface ChatTurn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A model with all that routes need of it. */
export interface ServableModel {
  readonly identity: ModelIdentity;
  readonly pool: ModelPool;
  /** How prompts are wrapped: `raw` for not at all; null for a model that is not asked with prompts. */
  readonly promptFormat: string | null;
  /** Wraps a prompt as the model was trained; `input` is the text it is about, empty for none. @throws what makes the request fail */
  readonly renderPrompt: (prompt: string, input: string) => RenderedPrompt;
  /** Wraps a conversation whose last turn is not the assistant's. @throws what makes the request fail */
  readonly renderChat: (turns: readonly ChatTurn[]) => RenderedPrompt;
}

export function rawPrompt(prompt: string, input: string): RenderedPrompt {
  return { text: input === "" ? prompt : `${prompt}\n\n${input}`, parseSpecial: false };
}

/** A conversation for a model that knows only single questions: one of the user, with what the system says above it. @throws `serving.conversation_unsupported` */
export function singleQuestion(turns: readonly ChatTurn[]): string {
  const asked = turns.filter(({ role }) => role === "user");
  if (asked.length !== 1 || turns.some(({ role }) => role === "assistant")) throw conversationUnsupported(turns.length);
  return turns.map(({ content }) => content).filter((content) => content !== "").join("\n\n");
}
