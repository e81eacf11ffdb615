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
    generations.find((generation) => isExactly(askedIn(generation), message)) ??
    // Under a wrong role it is the message still; a title's request only quotes it.
    generations.find(({ messages }) => isExactly(messages?.at(-1)?.content ?? "", message)) ??
    generations.findLast((generation) => askedIn(generation).includes(message))
  );
}

type Request = Prompt & Pick<GenerationRecord, "model" | "system" | "ended" | "refused">;

/**
 * The generations that asked for the very same as this one: of the same model, with all the same said before. What the engine
 * refused, or failed at, may be asked for again; and who calls tools asks with more each time.
 */
export function sameGenerations<Generation extends Request>(
  generations: readonly Generation[],
  reply: Generation,
): readonly Generation[] {
  return generations.filter(
    (each) =>
      each !== reply && each.refused === undefined && each.ended !== "failed" && isSameRequest(each, reply),
  );
}

function isSameRequest(one: Request, other: Request): boolean {
  const contentOf = ({ model, system, messages, prompt }: Request): string =>
    JSON.stringify([model, system, prompt, messages]);
  return contentOf(one) === contentOf(other);
}

/** The last word of a person in what the engine was given; where nothing is a person's, the last word. */
export function askedIn({ messages, prompt }: Prompt): string {
  const last = messages?.findLast(({ role }) => role === "user") ?? messages?.at(-1);
  return last?.content ?? prompt ?? "";
}

/** The message itself, also with a line for the stand-in under it, or as the last turn of a transcript. */
function isExactly(asked: string, message: string): boolean {
  return (
    asked === message || asked.startsWith(`${message}\n`) || asked.endsWith(`User: ${message}\n\nAssistant:`)
  );
}
