import { withoutOptions } from "../contract/options-as-text.ts";
import { NotObservable } from "../harness/target-errors.ts";
import { refusedWords } from "../targets/drivers/refusal.ts";
import { failureOf, textOf } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { sameGenerations } from "../targets/reply-generation.ts";
import type { SeenGeneration } from "../targets/seen-evidence.ts";
import type { Context } from "./contract-conversations.ts";
import { foundOn } from "./found-in-run.ts";
import { endInWords, isWholeEnding, lastWord } from "./stream-endings.ts";

/**
 * What the engine was asked to answer this message; empty where the engine cannot be watched. Look once before the
 * message is sent: it counts from the suite's first look, because a stack that runs for long has thousands.
 */
export async function generationsFor(context: Context, asked: string): Promise<readonly SeenGeneration[]> {
  return answering(asked, await newGenerations(context));
}

/** The same; null where the engine is not watched. */
export async function generationsOf(
  context: Context,
  asked: string,
): Promise<readonly SeenGeneration[] | null> {
  if (!context.target.capabilities.has("show what reached the engine")) return null;
  return await generationsFor(context, asked);
}

/** How many replies are enough to know that the engine is asked once for each. */
const ENOUGH_REPLIES = 3;

/**
 * Finds whether the engine was asked more than once for the reply to this message, in the same words: what follows from that is one
 * fault. Not looked at any more once that is known, or that it was not.
 */
export async function noteRequests(context: Context, asked: string): Promise<void> {
  const found = foundOn(context.target);
  const { requestsForReply = 1, repliesWithOne = 0 } = found;
  if (requestsForReply > 1 || repliesWithOne >= ENOUGH_REPLIES) return;
  const generations = (await generationsOf(context, asked)) ?? [];
  const [first] = generations;
  if (first === undefined) return;
  const times = 1 + sameGenerations(generations, first).length;
  found.requestsForReply = times;
  if (times === 1) found.repliesWithOne = repliesWithOne + 1;
}

/** How the engine is asked more than once for a reply on this target, in words; undefined where it is not, as far as was seen. */
export function askedTwiceWords({ target }: Context): string | undefined {
  const { requestsForReply = 1 } = foundOn(target);
  return requestsForReply > 1 ? `each message is ${requestsForReply} requests at the engine here` : undefined;
}

/**
 * For a claim about a reply that the engine made: throws {@link NotObservable} where the engine is watched and nobody asked it.
 *
 * @param generations what the engine was asked for it; null where it is not watched
 * @param stream of the reply, which may say why
 */
export function requireAsked(generations: readonly unknown[] | null, stream?: SeenStream | null): void {
  if (generations === null || generations.length > 0) return;
  const hasFailed = stream != null && (stream.status >= 300 || failureOf(stream) !== undefined);
  const how = hasFailed ? `the reply failed before that: ${refusedOrFailed(stream)}` : MADE_WITHOUT;
  throw new NotObservable(`the engine that is watched got no request with this message: ${how}`);
}

/** The same for what was just said, once its reply has ended: where that brought text, somebody made it. */
export async function requireMadeByEngine(
  context: Context,
  asked: string,
  stream: SeenStream | null,
): Promise<void> {
  if (stream === null || textOf(stream) === "") return;
  requireAsked(await generationsOf(context, asked), stream);
}

/**
 * A model that nobody directs may end its reply with any token: throws {@link NotObservable} where it did so before what was
 * waited for, because nothing is missing then that the stack has to answer for.
 */
export function requireLongEnough({ target }: Context, stream: SeenStream, what: string): void {
  if (target.capabilities.has("direct the engine") || textOf(stream) === "") return;
  const word = lastWord(stream);
  if (!isWholeEnding(word)) return;
  throw new NotObservable(
    `the model ended its reply before ${what} came, with ${word}: it was too short to judge by`,
  );
}

const MADE_WITHOUT = "the reply was made without it (a canned answer, a cache, another engine)";

function refusedOrFailed(stream: SeenStream): string {
  return stream.status >= 300 ? refusedWords(stream) : endInWords(stream);
}

/** What the engine was asked with this word anywhere in what it was given. */
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
