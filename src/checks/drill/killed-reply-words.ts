import { CouldNotRun } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import { beginsWithText, isSavedAsStreamed } from "../saved-as-streamed.ts";
import { lastWord } from "../stream-endings.ts";
import type { KilledReply } from "./killed-reply.ts";

/** `the gateway was killed in mid-reply: 24 characters came, and the stream ended with done (error); it was up again after 1.2 s` */
export function describeKill({ victim, stream, back_after_ms }: KilledReply): string {
  const back =
    back_after_ms === null
      ? "it was not up again"
      : `it was up again after ${(back_after_ms / 1000).toFixed(1)} s`;
  const came = `${textOf(stream).length} characters came, and the stream ended with ${lastWord(stream)}`;
  return `the ${SERVICE_TITLES[victim]} was killed in mid-reply: ${came}; ${back}`;
}

/** `a row error with 24 characters` */
export function rowInWords(row: SeenRow | undefined): string {
  if (row === undefined) return "no row of a reply";
  return `a row ${row.status ?? "without a status"} with ${row.content.length} characters`;
}

/** The row of the reply; the last, where there are several. */
export function replyRowIn(rows: readonly SeenRow[]): SeenRow | undefined {
  return rows.findLast(({ role }) => role === "assistant");
}

/** Whether this is the reply as the engine would have written it without the kill. */
export function isWholeText(reply: KilledReply, text: string): boolean {
  return reply.script !== null && isSavedAsStreamed(text, reply.script, reply);
}

/** Throws {@link CouldNotRun} where the reply was not in the middle when the service was gone. */
export function requireMidReply(reply: KilledReply): void {
  const { ended_before, script, stream, victim } = reply;
  // A canned end may be faster than the proof that the service is dead.
  const isWhole = script === null ? ended_before : ended_before && isWholeText(reply, textOf(stream));
  if (isWhole) throw new CouldNotRun(`the reply had ended before the ${SERVICE_TITLES[victim]} was dead`);
}

/** What was looked at after the kill. Throws {@link CouldNotRun} where the service was not up again: that is a claim of its own. */
export function requireLook<Look>({ back_after_ms, victim }: KilledReply, look: Look | null): Look {
  if (look !== null) return look;
  if (back_after_ms === null) throw new CouldNotRun(`the ${SERVICE_TITLES[victim]} was not up again`);
  throw new NotObservable("this target does not show what was said");
}

/**
 * For a reply that somebody went on with, of which nobody knows the whole text.
 *
 * @throws NotObservable where it went on
 */
export function requireNotContinued({ script, went_on, victim }: KilledReply): void {
  if (script !== null || !went_on) return;
  throw new NotObservable(
    `the reply went on once the ${SERVICE_TITLES[victim]} was up again, and what the engine would have said is not known`,
  );
}

/**
 * What is in this text that the engine did not say, in words; undefined where there is nothing, or nobody can know.
 *
 * @param text of the reply, shown or saved
 */
export function addedTo(reply: KilledReply, text: string): string | undefined {
  const { script } = reply;
  if (script === null || beginsWithText(script, text, reply)) return undefined;
  const common = [...text].findIndex((char, index) => char !== script[index]);
  return `${JSON.stringify(text.slice(common, common + 60))} after ${common} characters, which the engine did not say`;
}
