import type { GenerationRecord } from "../contract/engine.ts";
import { withoutOptions } from "../contract/options-as-text.ts";
import type { Context } from "./stage.ts";

/**
 * What the engine was asked with this message as the last; empty where the engine cannot be watched. Look once
 * before the message is sent: it counts from the suite's first look, because a stack that runs for long has
 * thousands.
 */
export async function generationsFor(context: Context, asked: string): Promise<readonly GenerationRecord[]> {
  return (await newGenerations(context)).filter((generation) => wasAsked(generation, asked));
}

/** Whether this was asked last: as a message, which may have a line for the stand-in under it, or in a transcript. */
export function wasAsked({ messages, prompt }: GenerationRecord, asked: string): boolean {
  const last = messages?.at(-1)?.content;
  return (last !== undefined && withoutOptions(last) === asked) || (prompt?.includes(asked) ?? false);
}

/** The same with this word anywhere in what it was given. */
export async function generationsWith(context: Context, word: string): Promise<readonly GenerationRecord[]> {
  return (await newGenerations(context)).filter((generation) =>
    textsOf(generation).some((text) => text.includes(word)),
  );
}

/** What the engine was given, in order: messages; or a system text and a transcript. */
export function textsOf({ messages, system, prompt }: GenerationRecord): readonly string[] {
  return messages?.map(({ content }) => content) ?? [system ?? "", prompt ?? ""];
}

async function newGenerations(context: Context): Promise<readonly GenerationRecord[]> {
  const first = await context.share("newest generation", async () => {
    return (await context.target.generationsAfter(0, context.signal)).at(-1)?.id ?? 0;
  });
  return await context.target.generationsAfter(first, context.signal);
}
