import type { SeenGeneration } from "../../targets/seen-evidence.ts";

/** What reached the engine, by whichever of its two calls. */
export interface SeenPrompt {
  /** How many texts it was: messages, or a system text and a transcript. */
  readonly size: number;
  /** Whether this text was a message of it; in a transcript, whether it stands there. */
  holds(text: string): boolean;
  /** Whether this text stands anywhere in it. */
  mentions(text: string): boolean;
}

export function promptOf(generations: readonly SeenGeneration[]): SeenPrompt {
  const texts = generations.flatMap(
    ({ messages, system, prompt }) => messages?.map(({ content }) => content) ?? [system ?? "", prompt ?? ""],
  );
  const whole = new Set(texts);
  const isTranscript = generations.every(({ messages }) => messages === null);
  const mentions = (text: string): boolean => texts.some((each) => each.includes(text));
  return {
    size: texts.length,
    holds: (text) => (isTranscript ? mentions(text) : whole.has(text)),
    mentions,
  };
}
