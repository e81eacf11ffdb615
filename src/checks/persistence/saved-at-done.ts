import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { requireBeginningRead } from "../../targets/late-reading.ts";
import { startTalk, type Talk, type TalkDraft } from "../any-wire-conversation.ts";
import { isUnfinishedRow, otherSpacing, unfinishedReply, unsavedReply } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { conversationRows } from "../conversation-rows.ts";
import { hear, texts } from "../hear-reply.ts";
import {
  beginsWithText,
  isSavedAsStreamed,
  isSavedButForSpace,
  whiteSpaceWords,
} from "../saved-as-streamed.ts";
import { sayIn } from "../say-and-hear.ts";
import { endedInWords, isWholeEnding, lastWord, requireNoneFailed } from "../stream-endings.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { whyFailuresUntold } from "../untold-failures.ts";
import { storedReplyRow } from "./stored-replies.ts";

interface SavedAtDone {
  /** Left out by the contract's own wire. */
  readonly isForeign?: boolean;
  /** As of {@link whyFailuresUntold}; left out where a failure can be heard. */
  readonly untoldFailures?: string;
  readonly stream: SeenStream;
  /** Read as soon as `done` had come, or when it came no more. */
  readonly rows: readonly SeenRow[];
}

/** What a background task needs longer for than a look. */
const LONG = { num_predict: 2_000, stand_in_tokens: 1_500, stand_in_token_ms: 0 } as const;

/** Of an engine that takes its time. */
const NOT_SO_LONG = { num_predict: 32 } as const;

const SHORT = { num_predict: 4, stand_in_token_ms: 0 } as const;

/** A commit that races with `done` is late only now and then: this many replies are looked at, ... */
const MOST_LOOKS = 20;

/** ... for this long, in milliseconds, and at least this many: real engines take their time for each. */
const LOOKING_MS = 3_000;
const LEAST_LOOKS = 3;

export const savedAtDone = defineCheck<Context["target"], readonly SavedAtDone[]>({
  id: "persistence/saved-at-done",
  claim: "done is sent when the reply is stored whole, neither before nor never, also of a long one",
  why: "A client that reloads at done, as many do, else shows an old or empty reply.",
  lookAt: "the order of commit and done, and writes that are handed to a background task",
  needs: ["show rows"],
  async collect(context) {
    const long = context.target.capabilities.has("direct the engine") ? LONG : NOT_SO_LONG;
    const first = await startTalk(context, draft(long));
    const looks = [await lookAtDone(context, first, "Count to 600.", "long")];
    const talk = await startTalk(context, draft(SHORT));
    const start = performance.now();
    while (looks.length <= MOST_LOOKS && looks.every(isSavedWhole)) {
      if (looks.length > LEAST_LOOKS && performance.now() - start > LOOKING_MS) break;
      looks.push(await lookAtDone(context, talk, "Count to 3.", `short ${looks.length}`));
    }
    return looks;
  },
  judge: (looks) =>
    firstBroken(looks, judgeOne) ?? {
      verdict: "holds",
      seen: `looked at ${looks.length} times at done; ${looks.slice(0, 1).map(seenOf).join("")}${looks.map(whiteSpaceOf).find(Boolean) ?? ""}`,
    },
});

function draft(options: TalkDraft["options"]): TalkDraft {
  return { name: "persistence", options };
}

async function lookAtDone(context: Context, talk: Talk, text: string, name: string): Promise<SavedAtDone> {
  const sent = await sayIn(context, talk, `${text} ${context.canary(name)}`);
  const hearing = hear(context, talk, sent);
  // What is looked at over HTTP is asked for by a connection that is there already: one that is made is later.
  const isConnected = Promise.race([hearing.until("its first word", texts(1)), hearing.ended])
    .then(() => conversationRows(context, talk))
    .catch(() => undefined);
  await Promise.race([hearing.until("done", ({ kind }) => kind === "done"), hearing.ended]);
  const rows = await conversationRows(context, talk);
  await isConnected;
  const isForeign = !context.target.capabilities.has("speak the contract");
  const untoldFailures = whyFailuresUntold(context.target);
  return {
    isForeign,
    ...(untoldFailures !== undefined && { untoldFailures }),
    stream: await hearing.ended,
    rows,
  };
}

function isSavedWhole({ isForeign = false, stream, rows }: SavedAtDone): boolean {
  const row = storedReplyRow({ rows });
  const isComplete = (row?.status ?? "complete") === "complete";
  const isSaved = isSavedAsStreamed(row?.content, textOf(stream), { isForeign });
  return isComplete && isSaved && isWholeEnding(lastWord(stream));
}

function judgeOne(look: SavedAtDone): Broken | undefined {
  const { stream, rows } = look;
  const row = storedReplyRow({ rows });
  requireNoneFailed(stream);
  if (isSavedWhole(look)) return undefined;
  requireNotFailed(look, row);
  requireBeginningRead(stream, textOf(stream), row?.content);
  requireHeardOut(look, row);
  const status = row?.status === undefined ? "" : ` ${row.status}`;
  return {
    verdict: "broken",
    expected: `done, and by then a row complete with ${textOf(stream).length} characters`,
    found:
      row === undefined
        ? "no row of a reply"
        : `the stream ${endedInWords(stream)}, and a row${status} with ${row.content.length} characters`,
    seen: seenOf(look),
    rows,
    ...streamedAndStored(textOf(stream), row?.content),
    ...(look.isForeign === true && isWholeEnding(lastWord(stream)) && causeOf(row, textOf(stream))),
  };
}

/** What is at fault with the row of a reply whose end was told, where that is all. */
function causeOf(row: SeenRow | undefined, streamed: string): Pick<Broken, "cause"> {
  if (row === undefined) return unsavedReply("ended");
  if ((row.status ?? "complete") === "complete" && isSavedButForSpace(row.content, streamed)) {
    return otherSpacing("ended");
  }
  return isUnfinishedRow(row) ? unfinishedReply("ended") : {};
}

/** A reply without a word, or one whose row calls it failed, may be one of a failure that nobody could hear. */
function requireNotFailed({ untoldFailures, stream }: SavedAtDone, row: SeenRow | undefined): void {
  if (untoldFailures === undefined) return;
  if (row?.status === "error" || row?.status === "interrupted") {
    throw new CouldNotRun(`the reply failed, as its row says (${row.status}), and ${untoldFailures}`);
  }
  if (textOf(stream) === "")
    throw new CouldNotRun(`the reply had no text, and may have failed: ${untoldFailures}`);
}

/** Where a reply was given up while more of it was saved than had come, it is not known when its end would have been told. */
function requireHeardOut({ isForeign = false, stream }: SavedAtDone, row: SeenRow | undefined): void {
  const text = textOf(stream).trim();
  const isAhead = row !== undefined && row.content.trim().length > text.length;
  if (!isForeign || stream.end !== "given-up" || !isAhead) return;
  if (!beginsWithText(row.content, text, { isForeign })) return;
  throw new NotObservable(
    `the reply had no end in ${(stream.duration_ms / 1000).toFixed(1)} s, and was given up when more of it was saved than had come: what is saved at its end was not seen`,
  );
}

function seenOf({ stream }: SavedAtDone): string {
  return `${textOf(stream).length} characters streamed, and the stream ${endedInWords(stream)}`;
}

function whiteSpaceOf({ stream, rows }: SavedAtDone): string {
  return whiteSpaceWords(storedReplyRow({ rows })?.content, textOf(stream));
}
