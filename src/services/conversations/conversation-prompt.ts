import { LIMITS } from "../../contract/contract-defaults.ts";
import type { EngineMessage } from "../../contract/gateway-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";
import type { Profile } from "../../contract/profile-schemas.ts";
import type { History } from "./conversation-store.ts";
import { isInPrompt, tokenEstimate } from "./token-estimate.ts";

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

/** A limit that a row of messages has to keep to. */
interface Limit {
  readonly room: number;
  readonly sizeOf: (message: Message) => number;
}

/** The newest messages that have room, oldest first; the last in any case, because it is the one to be answered. */
function newestThatFit(said: readonly Message[], limits: readonly Limit[]): readonly Message[] {
  const left = limits.map(({ room }) => room);
  let isFirst = true;
  const lastTooOld = said.findLastIndex((message) => {
    for (const [index, { sizeOf }] of limits.entries()) left[index] = (left[index] ?? 0) - sizeOf(message);
    const isTooOld = !isFirst && left.some((each) => each < 0);
    isFirst = false;
    return isTooOld;
  });
  const kept = said.slice(lastTooOld + 1);
  if (lastTooOld < 0) return kept;
  // An answer without its question says little, and some models' templates refuse one.
  return kept.slice(
    Math.max(
      0,
      kept.findIndex(({ role }) => role === "user"),
    ),
  );
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

/** What a message takes in JSON beside its text, in characters, and more. */
const CHARS_PER_MESSAGE = 40;

/** JSON takes this many bytes for a character at most: `\u0000`. */
const MOST_BYTES_PER_CHAR = 6;

/** What a request has room for; nothing where it surely has room for all, so that most need not be measured. */
function requestLimits(system: string, said: readonly Message[]): readonly Limit[] {
  const last = said.at(-1)?.content ?? "";
  const chars = said.reduce((sum, { content }) => sum + content.length + CHARS_PER_MESSAGE, system.length);
  if ((chars + last.length) * MOST_BYTES_PER_CHAR < REQUEST_ROOM) return [];
  // The last message is in the request twice: also by itself.
  return [{ room: REQUEST_ROOM - bytesOf(system) - bytesOf(last), sizeOf: bytesOfMessage }];
}

/** What a request to the gateway may hold without its pictures, in bytes of JSON, the rest of it taken off generously. */
export const REQUEST_ROOM = LIMITS.bodyBytes - 64 * 1024;

function bytesOfMessage({ role, content }: Message): number {
  const message: EngineMessage = { role, content };
  return bytesOf(message);
}

/** Bytes that a value takes in JSON, with the comma behind it. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "") + 1;
}
