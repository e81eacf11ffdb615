import { countTokens, tokensOf } from "./engine-tokens.ts";
import type { ChatMessage } from "./scripted-reply.ts";

/** What Ollama takes a picture for, in tokens, when it sees whether a prompt fits (server/prompt.go). */
const IMAGE_TOKENS = 768;

/** `num_keep` where nothing is said: this many tokens stay at the beginning of a prompt that is cut. */
const KEPT_TOKENS = 4;

/** A prompt as the model gets it. */
export interface FittedPrompt {
  readonly messages: readonly ChatMessage[];
  /** Messages that were left out whole. */
  readonly dropped: number;
  /** What the model reads, in tokens: `prompt_eval_count`. */
  readonly tokens: number;
}

/** How a prompt is made to fit. */
export interface PromptWindow {
  /** The context that the model is loaded with, in tokens. */
  readonly contextLength: number;
  /** Whether the model sees pictures, so that they take room. */
  readonly seesImages: boolean;
  /** Tokens before the messages, of an earlier generation's `context`. */
  readonly contextTokens: number;
}

/**
 * Makes a prompt fit as Ollama does: the oldest messages are left out, but for system messages and the last one; what
 * is still too long loses what follows its first tokens (server/prompt.go, runner/llamarunner/runner.go).
 */
export function fitToWindow(messages: readonly ChatMessage[], window: PromptWindow): FittedPrompt {
  const { contextLength, contextTokens } = window;
  const sizes = messages.map((message) => tokensIn(message, window));
  const isSystem = messages.map(({ role }) => role === "system");
  let total = sum(sizes);
  let first = 0;
  for (; total > contextLength && first < messages.length - 1; first += 1) {
    if (!isSystem[first]) total -= sizes[first] ?? 0;
  }
  const kept = messages.filter((_, index) => index >= first || isSystem[index]);
  const dropped = messages.length - kept.length;
  const excess = contextTokens + total - contextLength;
  if (excess <= 0) return { messages: kept, dropped, tokens: contextTokens + total };
  return { messages: withoutMiddle(kept, excess), dropped, tokens: contextLength };
}

/** Whether a prompt does not fit as it is. */
export function isTooLong(messages: readonly ChatMessage[], window: PromptWindow): boolean {
  const tokens = sum(messages.map((message) => tokensIn(message, window)));
  return window.contextTokens + tokens > window.contextLength;
}

function withoutMiddle(messages: readonly ChatMessage[], excess: number): readonly ChatMessage[] {
  let at = 0;
  return messages.map((message) => {
    const tokens = [...tokensOf(message.content)];
    const start = at;
    at += tokens.length;
    const isKept = (index: number): boolean => index < KEPT_TOKENS || index >= KEPT_TOKENS + excess;
    return { ...message, content: tokens.filter((_, index) => isKept(start + index)).join("") };
  });
}

function tokensIn({ content, images = [] }: ChatMessage, { seesImages }: PromptWindow): number {
  return countTokens(content) + (seesImages ? IMAGE_TOKENS * images.length : 0);
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
