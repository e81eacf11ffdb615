import { LIMITS } from "../../contract/defaults.ts";
import type { EngineMessage } from "../../contract/gateway.ts";
import type { Message, Profile } from "../../contract/hmi.ts";
import type { History } from "./store.ts";

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
  const opening = toEngineMessage({ role: "system", content: system });
  const said = history.messages.filter(isSaid).map(toEngineMessage);
  // The last message is in the request twice: also by itself.
  return [opening, ...newestThatFit(said, ROOM - sizeOf(opening) - sizeOf(said.at(-1)))];
}

/** Asks for the text that will stand for these messages. */
export function buildSummaryPrompt(previous: string | null, messages: readonly Message[]): EngineMessage[] {
  const said = newestThatFit(messages.filter(isSaid).map(toEngineMessage), ROOM - sizeOf(previous));
  const transcript = said.map(({ role, content }) => `${role}: ${content}`);
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

function toEngineMessage({ role, content }: Pick<Message, "role" | "content">): EngineMessage {
  return { role, content };
}

/** What a request to the gateway may hold, in bytes of JSON, with the rest of it taken off generously. */
const ROOM = LIMITS.bodyBytes - 64 * 1024;

/** The newest messages that have room, oldest first. No model would read as far back as is left out. */
function newestThatFit(messages: readonly EngineMessage[], room: number): readonly EngineMessage[] {
  let left = room;
  const lastTooOld = messages.findLastIndex((message) => {
    left -= sizeOf(message);
    return left < 0;
  });
  return messages.slice(lastTooOld + 1);
}

/** Bytes that a value takes in JSON, with the comma behind it. */
function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "") + 1;
}
