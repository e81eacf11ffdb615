import type { Message } from "../../contract/hmi-schemas.ts";
import type { History } from "./conversation-store.ts";

/** Reckons the tokens of texts and pictures before an engine has counted them. */
export interface TokenEstimate {
  /** How many characters a number of tokens are. */
  charsIn(tokens: number): number;
  ofMessage(message: Pick<Message, "content" | "images">): number;
}

/** English has more characters a token, most other languages fewer. */
const CHARS_PER_TOKEN = 3;

/** Where a count says that a token has more characters, it did not count all of the prompt. */
const MOST_CHARS_PER_TOKEN = 8;

/** Of one picture: what models take for one is between 256 (gemma3) and some 1,600 (llama3.2-vision). */
const TOKENS_PER_PICTURE = 800;

/** What a message takes beside its text: the template's marks around it. */
const TOKENS_PER_MESSAGE = 4;

/**
 * An estimate for a conversation: by what the engine counted of its last prompt, where it is known which one that
 * was; else by three characters a token. `systemChars` is the length of its system message.
 */
export function tokenEstimate(history: History, systemChars: number): TokenEstimate {
  const perToken = countedCharsPerToken(history, systemChars) ?? CHARS_PER_TOKEN;
  return {
    charsIn: (tokens) => Math.floor(tokens * perToken),
    ofMessage: ({ content, images }) =>
      Math.ceil(content.length / perToken) + images.length * TOKENS_PER_PICTURE + TOKENS_PER_MESSAGE,
  };
}

function countedCharsPerToken({ messages, isSummaryNew }: History, systemChars: number): number | undefined {
  // What was counted last was the prompt before the summary.
  if (isSummaryNew) return undefined;
  const at = messages.findLastIndex(({ usage }) => usage?.prompt_tokens != null);
  const reply = messages[at];
  const counted = reply?.usage?.prompt_tokens ?? 0;
  if (reply === undefined || counted === 0) return undefined;
  const leftOut = reply.notices.find(({ code }) => code === "context_trimmed")?.left_out ?? 0;
  const sent = messages.slice(0, at).filter(isInPrompt).slice(leftOut);
  if (sent.some(({ images }) => images.length > 0)) return undefined;
  const chars = sent.reduce((sum, { content }) => sum + content.length, systemChars);
  const text = counted - TOKENS_PER_MESSAGE * (sent.length + 1);
  const perToken = chars / Math.max(text, 1);
  return perToken > MOST_CHARS_PER_TOKEN ? undefined : perToken;
}

/** Whether a message stands in prompts. A reply that failed before its first token must not, as an empty turn. */
export function isInPrompt(message: Message): boolean {
  return message.content !== "" || message.images.length > 0;
}
