import { withoutOptions } from "../contract/options-as-text.ts";
import type { SeenGeneration } from "../targets/seen-evidence.ts";
import type { Context } from "./profiles-and-sessions.ts";

/**
 * What the engine was asked to answer this message; empty where the engine cannot be watched. Look once before the
 * message is sent: it counts from the suite's first look, because a stack that runs for long has thousands.
 */
export async function generationsFor(context: Context, asked: string): Promise<readonly SeenGeneration[]> {
  return answering(asked, await newGenerations(context));
}

/** The same with this word anywhere in what it was given. */
export async function generationsWith(context: Context, word: string): Promise<readonly SeenGeneration[]> {
  return (await newGenerations(context)).filter((generation) =>
    textsOf(generation).some((text) => text.includes(word)),
  );
}

/** What the engine was given, in order: messages; or a system text and a transcript. */
export function textsOf({ messages, system, prompt }: SeenGeneration): readonly string[] {
  return messages?.map(({ content }) => content) ?? [system ?? "", prompt ?? ""];
}

/**
 * Those that this message was asked in: whose last word from a person it is, wherever it stands. A reply that is asked
 * for a second time has the first one after it. Where none has it as it was sent, those that have it in a longer text,
 * as a template makes one.
 */
export function answering(asked: string, generations: readonly SeenGeneration[]): readonly SeenGeneration[] {
  const wanted = withoutOptions(asked);
  const exact = generations.filter(
    (generation) => lastAsked(generation) === wanted || generation.prompt?.includes(wanted),
  );
  return exact.length > 0
    ? exact
    : generations.filter((generation) => lastAsked(generation)?.includes(wanted));
}

/** Without the line that directs the stand-in. */
function lastAsked({ messages }: SeenGeneration): string | undefined {
  const last = messages?.findLast(({ role, content }) => role === "user" && content.trim() !== "");
  return last && withoutOptions(last.content);
}

async function newGenerations(context: Context): Promise<readonly SeenGeneration[]> {
  const first = await context.share("newest generation", async () => {
    return (await context.target.generationsAfter(0, context.signal)).at(-1)?.id ?? 0;
  });
  return await context.target.generationsAfter(first, context.signal);
}
