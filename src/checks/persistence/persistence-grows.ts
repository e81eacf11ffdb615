import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import { endReply } from "../../targets/end-reply.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import { startTalk } from "../any-wire-conversation.ts";
import { unsavedReply } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { patienceOf } from "../contract-replies.ts";
import { conversationRows } from "../conversation-rows.ts";
import { hear } from "../hear-reply.ts";
import { untilHeard } from "../heard-pieces.ts";
import { requireMiddle } from "../held-back-replies.ts";
import { beginsWithText } from "../saved-as-streamed.ts";
import { sayIn } from "../say-and-hear.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";

interface GrowingReply {
  /** Left out by the contract's own wire. */
  readonly isForeign?: boolean;
  /** From the third token until some text was on disk, in milliseconds; null where none came. */
  readonly savedMs: number | null;
  /** As they were seen last, in mid-reply. */
  readonly rows: readonly SeenRow[];
  /** Whether the reply had ended by then, as its stream tells. */
  readonly hadEnded: boolean;
  readonly stream: SeenStream;
}

/** A growing reply is written every 250 ms; a look takes its time too. */
const LIMIT_MS = 500;

export const grows = defineCheck<Context["target"], GrowingReply>({
  id: "persistence/grows",
  claim: "what has been streamed so far is on disk while the reply still grows",
  why: "A service that dies in mid-reply must not take the text with it; a second tab shows what there is.",
  lookAt: "the writing of the row while tokens come: at least every 250 ms, not only at the end",
  needs: ["show rows"],
  isTimed: true,
  async collect(context) {
    const options = { num_predict: 400, stand_in_tokens: 8, stand_in_pause_after: 4, stand_in_pause_ms: 700 };
    requireMiddle(context, options);
    const talk = await startTalk(context, { name: "persistence", options });
    const sent = await sayIn(context, talk, `Count to 200. ${context.canary("growing")}`);
    const hearing = hear(context, talk, sent);
    await untilHeard(context, hearing, 3);
    const start = performance.now();
    const patience = Math.min(patienceOf(context.target), LIMIT_MS);
    const rows = await pollUntil(
      { signal: context.signal, pauseMs: 5 },
      patience,
      () => conversationRows(context, talk),
      (seen) => seen.some((row) => row.role === "assistant" && row.content !== ""),
    );
    const savedMs = Math.round(performance.now() - start);
    const isThere = rows.some((row) => row.role === "assistant" && row.content !== "");
    const hadEnded = hearing.hasEnded;
    // An engine with one slot would go on with it, before what is asked next.
    const endsSoon = AbortSignal.any([context.signal, AbortSignal.timeout(LIMIT_MS)]);
    await endReply(context.target.chat, hearing.name(), hearing, endsSoon);
    hearing.leave();
    const isForeign = !context.target.capabilities.has("speak the contract");
    return { isForeign, savedMs: isThere ? savedMs : null, rows, hadEnded, stream: await hearing.ended };
  },
  judge({ isForeign = false, savedMs, rows, hadEnded, stream }) {
    const row = rows.findLast(({ role }) => role === "assistant");
    requireGrowing(row, hadEnded);
    const streamed = textOf(stream);
    const seen = `${streamed.length} characters streamed, ${row?.content.length ?? 0} on disk ${savedMs ?? `more than ${LIMIT_MS}`} ms after the third token`;
    const isPart = row !== undefined && areOfOneText(row.content, streamed, isForeign);
    if (savedMs !== null && savedMs <= LIMIT_MS && isPart) return { verdict: "holds", seen };
    if (isForeign && (row === undefined || isPart)) {
      throw new NotObservable(
        `${seen}: that it is there before the end is a promise of docs/contract.md alone`,
      );
    }
    const expected = `text of the reply on disk within ${LIMIT_MS} ms`;
    const found =
      row === undefined ? "no row" : `${row.content.length} characters${isPart ? "" : " that differ"}`;
    const texts = isPart ? {} : streamedAndStored(streamed, row?.content);
    const cause = isForeign && row === undefined && rows.length > 0 ? unsavedReply("growing") : {};
    return { verdict: "broken", expected, found, seen, rows, ...texts, ...cause };
  },
});

function requireGrowing(row: SeenRow | undefined, hadEnded: boolean): void {
  const status = row?.status ?? (hadEnded ? "over" : "streaming");
  if (status === "streaming") return;
  throw new CouldNotRun(`the reply was ${status} before it could be looked at in the middle`);
}

/** Either may be ahead of the other: what is saved first, and told later, is on disk all the same. */
function areOfOneText(saved: string, streamed: string, isForeign: boolean): boolean {
  return beginsWithText(streamed, saved, { isForeign }) || beginsWithText(saved, streamed, { isForeign });
}
