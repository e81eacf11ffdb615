import { NotObservable } from "../harness/target-errors.ts";
import type { Context } from "./contract-conversations.ts";
import { generationsOf } from "./engine-generations.ts";
import type { FoundInRun } from "./found-in-run.ts";

/**
 * Whether the engine has ended its work on this message, and all that it wrote has come; null where it is not watched.
 *
 * @param chars of text that have come
 */
export async function isAllSaid(context: Context, asked: string, chars: number): Promise<boolean | null> {
  const generations = await generationsOf(context, asked);
  if (generations === null) return null;
  const last = generations.at(-1);
  if (last === undefined || generations.some(({ ended }) => ended !== "done")) return false;
  return chars >= (last.text?.trim().length ?? last.chars_sent ?? Number.POSITIVE_INFINITY);
}

/** Whether the engine has ended its work on this message, however that was; false where it is not watched, or was not asked. */
export async function hasEngineEnded(context: Context, asked: string): Promise<boolean> {
  const generations = (await generationsOf(context, asked)) ?? [];
  return generations.length > 0 && generations.every(({ ended }) => ended !== "running");
}

/** How a reply ended whose end was not waited for again, in words: in a stream's own record, and in its last word. */
export function unawaitedWords({ waitedMs }: NonNullable<FoundInRun["unended"]>): string {
  return `${UNAWAITED} (one before it had none in ${Math.round(waitedMs / 1000)} s: sse/done judges that)`;
}

/** The same for a claim that something ends a reply, where none has an end. */
export function noEndWords({ waitedMs }: NonNullable<FoundInRun["unended"]>): string {
  return `replies have no end here (one had none in ${Math.round(waitedMs / 1000)} s: sse/done judges that): whether a cancel ends a stream is not seen`;
}

const UNAWAITED = "an end that was not waited for again";

/** For a claim that needs to know how a reply ended: throws {@link NotObservable} where that was not waited for, by its last word. */
export function requireAwaited(word: string): void {
  if (word.startsWith(UNAWAITED)) throw new NotObservable(`the reply has ${word}`);
}
