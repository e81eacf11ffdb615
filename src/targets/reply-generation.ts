import type { GenerationRecord } from "../contract/engine-schemas.ts";

type Prompt = Pick<GenerationRecord, "messages" | "prompt">;

/**
 * Which of the engine's generations was for the reply to this message, and not for a title or a summary of it; undefined
 * where none has the message.
 *
 * @param generations what the engine was asked meanwhile, in its order
 */
export function replyGeneration<Generation extends Prompt>(
  generations: readonly Generation[],
  message: string,
): Generation | undefined {
  return (
    generations.find((generation) => isExactly(generation, message)) ??
    generations.findLast((generation) => askedIn(generation).includes(message))
  );
}

/** The last word of a person in what the engine was given. */
export function askedIn({ messages, prompt }: Prompt): string {
  return messages?.findLast(({ role }) => role === "user")?.content ?? prompt ?? "";
}

/** The message itself, also with a line for the stand-in under it, or as the last turn of a transcript. */
function isExactly(generation: Prompt, message: string): boolean {
  const asked = askedIn(generation);
  return (
    asked === message || asked.startsWith(`${message}\n`) || asked.endsWith(`User: ${message}\n\nAssistant:`)
  );
}
