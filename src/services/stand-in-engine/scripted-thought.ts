import type { OllamaThink } from "./ollama-requests.ts";
import { askedIn, type ChatMessage, quotedPrompt } from "./scripted-reply.ts";

/** What a thinking model thinks before its scripted reply; the level that was asked for is in it. */
export function scriptedThought(messages: readonly ChatMessage[], think: OllamaThink): string {
  const level = typeof think === "string" ? ` I think about it with effort ${think}.` : "";
  return `They wrote "${quotedPrompt(askedIn(messages))}".${level} My script knows the answer.`;
}
