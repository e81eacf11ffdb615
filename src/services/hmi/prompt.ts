import type { EngineMessage } from "../../contract/gateway.ts";
import type { Message, Profile } from "../../contract/hmi.ts";
import type { History } from "../conversations/store.ts";

export interface PromptParts {
  /** What the conversation's agent is told to be. */
  readonly agentInstructions: string;
  /** The conversation's own profile; null for a general one. */
  readonly profile: Profile | null;
  readonly history: History;
}

/** Everything that the engine is given for the next reply: who it is, what it must know, what was said. */
export function buildPrompt({ agentInstructions, profile, history }: PromptParts): EngineMessage[] {
  const system = [agentInstructions, profileContext(profile), summaryContext(history.summary)]
    .filter((part) => part !== "")
    .join("\n\n");
  return [{ role: "system", content: system }, ...history.messages.filter(isSaid).map(toEngineMessage)];
}

/** Asks for the text that will stand for these messages. */
export function buildSummaryPrompt(previous: string | null, messages: readonly Message[]): EngineMessage[] {
  const transcript = messages.filter(isSaid).map(({ role, content }) => `${role}: ${content}`);
  return [
    {
      role: "system",
      content:
        "Summarise the conversation below for a model that will continue it. " +
        "Keep names, decisions, figures and open questions. Answer with the summary only.",
    },
    {
      role: "user",
      content: [...(previous === null ? [] : [`Earlier: ${previous}`]), ...transcript].join("\n"),
    },
  ];
}

function profileContext(profile: Profile | null): string {
  if (profile === null) return "";
  const { options: _, ...settings } = profile.settings;
  const lines = [`This conversation is about the model profile "${profile.name}".`];
  if (profile.description !== "") lines.push(profile.description);
  if (profile.instructions !== "") lines.push(profile.instructions);
  if (Object.keys(settings).length > 0) lines.push(`Its settings: ${JSON.stringify(settings)}`);
  return lines.join("\n");
}

function summaryContext(summary: string | null): string {
  return summary === null ? "" : `What was said before, in short:\n${summary}`;
}

/** A reply that failed before its first token must not stand in the next prompt as an empty turn. */
function isSaid(message: Message): boolean {
  return message.content !== "";
}

function toEngineMessage({ role, content }: Message): EngineMessage {
  return { role, content };
}
