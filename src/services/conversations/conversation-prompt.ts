import { LIMITS } from "../../contract/contract-defaults.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import type { Profile } from "../../contract/profile-schemas.ts";
import type { History } from "./conversation-store.ts";
import { isInPrompt, tokenEstimate } from "./token-estimate.ts";
import { newestThatFit, requestLimits } from "./trim-history.ts";

export interface PromptParts {
  /** What the conversation's agent is told to be. */
  readonly agentInstructions: string;
  /** The conversation's own profile; null for a general one. */
  readonly profile: Profile | null;
  readonly history: History;
  /** Tokens of prompt and reply together; null where nobody knows: then nothing is left out for it. */
  readonly window: number | null;
}

/** Everything that the engine is given for the next reply: who it is, what it must know, what was said. */
export interface Prompt {
  readonly system: string;
  /** Oldest first; the message that is to be answered is the last. */
  readonly messages: readonly Message[];
  /** How many older messages have no room. */
  readonly leftOut: number;
  /** How much of the window would be used if all had room, from 0 to 1 and beyond; 0 where no window is known. */
  readonly fullness: number;
}

/** Makes the prompt, so that it fits into the model's window, and into a request. */
export function buildPrompt({ agentInstructions, profile, history, window }: PromptParts): Prompt {
  const system = [agentInstructions, profileContext(profile), summaryContext(history.summary)]
    .filter((part) => part !== "")
    .join("\n\n");
  const said = history.messages.filter(isInPrompt);
  const estimate = tokenEstimate(history, system.length);
  const systemTokens = estimate.ofMessage({ content: system, images: [] });
  const roomInWindow =
    window === null ? Number.POSITIVE_INFINITY : window * LIMITS.promptShare - systemTokens;
  const messages = newestThatFit(said, [
    { room: roomInWindow, sizeOf: estimate.ofMessage },
    ...requestLimits(system, said),
  ]);
  const all = said.reduce((sum, message) => sum + estimate.ofMessage(message), systemTokens);
  return {
    system,
    messages,
    leftOut: said.length - messages.length,
    fullness: window === null ? 0 : all / window,
  };
}

function profileContext(profile: Profile | null): string {
  if (profile === null) return "";
  const { options: _, think: __, keep_alive: ___, ...settings } = profile.settings;
  const lines = [`This conversation is about the model profile "${profile.name}".`];
  if (profile.description !== "") lines.push(profile.description);
  if (profile.instructions !== "") lines.push(profile.instructions);
  if (Object.keys(settings).length > 0) lines.push(`Its settings: ${JSON.stringify(settings)}`);
  return lines.join("\n");
}

function summaryContext(summary: string | null): string {
  return summary === null ? "" : `What was said before, in short:\n${summary}`;
}
